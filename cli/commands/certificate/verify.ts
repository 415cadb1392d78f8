import { Args, Flags } from '@oclif/core';
import type { VerifiedCertificate } from '../../../src/domain/certificate-document.ts';
import { readPublicFile } from '../../inputs.ts';
import { NodeCommand } from '../../node-command.ts';
import { certificatePage } from '../../show/certificate-page.ts';

export default class CertificateVerify extends NodeCommand {
  static override summary = 'check the certificate of an order; needs no node';
  static override description =
    'The file proves that its parties certified the wallet. Who they are is for you to compare, or to bring along.';
  static override args = {
    file: Args.string({ required: true, description: 'certificate file; - for standard input' }),
  };
  static override flags = {
    identity: Flags.string({
      multiple: true,
      default: [],
      helpValue: 'FILE',
      summary: 'identity file of a party, as you have it from its owner; may be repeated',
    }),
  };

  override async run(): Promise<VerifiedCertificate> {
    const { args, flags } = await this.parse(CertificateVerify);
    const [{ MAX_CERTIFICATE_LENGTH, verifyCertificateFile }, { readExport }] = await Promise.all([
      import('../../../src/custody/certificate-file.ts'),
      import('../../../src/identity/export-file.ts'),
    ]);
    const identities = [];
    for (const path of flags.identity) identities.push(readExport(await readPublicFile(path)));
    const text = await readPublicFile(args.file, MAX_CERTIFICATE_LENGTH);
    const verified = verifyCertificateFile(text, identities);
    this.print(certificatePage(verified));
    return verified;
  }
}
