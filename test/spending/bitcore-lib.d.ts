/** The part of bitcore-lib that is used here; the package has no types of its own. */
declare module 'bitcore-lib' {
  interface Script {
    toBuffer(): Buffer;
  }
  interface Transaction {
    inputs: readonly {
      script: Script;
      /** What is spent: signature hashes of taproot are over it. */
      output?: object;
      getWitnesses(): Buffer[] | null;
    }[];
  }
  interface Interpreter {
    /** `SCRIPT_ERR_…`, empty when nothing was refused. */
    errstr: string;
    verify(
      scriptSig: Script,
      scriptPubkey: Script,
      transaction: Transaction,
      input: number,
      flags: number,
      witness: Buffer[],
      satoshis: number,
    ): boolean;
  }
  const bitcore: {
    Script: {
      fromBuffer(bytes: Buffer): Script;
      Interpreter: { new (): Interpreter } & Readonly<Record<`SCRIPT_VERIFY_${string}`, number>>;
    };
    Transaction: {
      new (hex: string): Transaction;
      Output: new (output: { satoshis: number; script: Script }) => object;
    };
  };
  export default bitcore;
}
