import { ConfigError } from '../src/errors.ts';

/** Where the passphrase of the keystore comes from. Never an argument: those are shown to every user of the host. */
export interface PassphraseSource {
  /** From --passphrase-file, else MILAGRO_PASSPHRASE_FILE. */
  file: string | null;
  /** --passphrase-env: MILAGRO_PASSPHRASE may be used. */
  environment: boolean;
  /** Somebody can be asked. */
  interactive: boolean;
}

/** Of a new one; the keystore refuses a shorter one too, but only when half of the node is made. */
const LEAST_BYTES = 12;

/**
 * @returns secret; who gets it wipes it. What a prompt returns is a JavaScript string besides, which nobody can wipe
 * @throws ConfigError config/missing when there is no source, and those of readPassphraseFile
 */
export const askPassphrase = async (source: PassphraseSource): Promise<Buffer> =>
  (await given(source)) ?? prompted('passphrase of the keystore:');

/** As askPassphrase, for a keystore to be made: asked twice, and long enough. @throws also ConfigError config/invalid */
export const newPassphrase = async (source: PassphraseSource): Promise<Buffer> => {
  const known = await given(source);
  if (known !== null) return longEnough(known);
  const first = await prompted('new passphrase of the keystore:', shortness);
  const second = await prompted('the same again:');
  const equal = first.equals(second);
  second.fill(0);
  if (equal) return first;
  first.fill(0);
  throw new ConfigError('config/invalid', 'the two passphrases differ');
};

const given = async ({
  file,
  environment,
  interactive,
}: PassphraseSource): Promise<Buffer | null> => {
  if (file !== null) {
    const { readPassphraseFile } = await import('../src/home.ts');
    return readPassphraseFile(file);
  }
  if (environment) {
    const { takePassphrase } = await import('../src/config.ts');
    const passphrase = takePassphrase();
    if (passphrase === null)
      throw new ConfigError('config/missing', 'MILAGRO_PASSPHRASE is not set');
    return passphrase;
  }
  if (!interactive)
    throw new ConfigError(
      'config/missing',
      'no passphrase: name a file with MILAGRO_PASSPHRASE_FILE, or start on a terminal',
    );
  return null;
};

const prompted = async (
  message: string,
  validate: (text: string) => true | string = () => true,
): Promise<Buffer> => {
  const { password } = await import('@inquirer/prompts');
  const options = { message, mask: true, toggleMask: false, validate } as const;
  return Buffer.from(await password(options, { output: process.stderr }));
};

const shortness = (text: string): true | string =>
  Buffer.byteLength(text) >= LEAST_BYTES || `at least ${LEAST_BYTES} characters`;

const longEnough = (passphrase: Buffer): Buffer => {
  if (passphrase.length >= LEAST_BYTES) return passphrase;
  passphrase.fill(0);
  throw new ConfigError('config/invalid', `a new passphrase has at least ${LEAST_BYTES} bytes`);
};
