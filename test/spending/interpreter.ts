import bitcore from 'bitcore-lib';

/**
 * The script interpreter of bitcore-lib, a translation of Bitcoin Core's that knows witness programs of version 0
 * (BIP 141, 143) and 1 (BIP 341, 342). Parsing, signature hashes, ECDSA and BIP 340 are its own: it shares no code with
 * the signer.
 */
const { Script, Transaction } = bitcore;
const { Interpreter } = Script;

/** Of consensus, and of relay. Not CLEANSTACK: this interpreter looks at the stack too early and refuses every spend. */
const RULES = [
  'P2SH',
  'STRICTENC',
  'DERSIG',
  'LOW_S',
  'NULLDUMMY',
  'SIGPUSHONLY',
  'MINIMALDATA',
  'DISCOURAGE_UPGRADABLE_NOPS',
  'CHECKLOCKTIMEVERIFY',
  'CHECKSEQUENCEVERIFY',
  'WITNESS',
  'DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM',
  'MINIMALIF',
  'NULLFAIL',
  'WITNESS_PUBKEYTYPE',
  'CONST_SCRIPTCODE',
  'TAPROOT',
  'DISCOURAGE_UPGRADABLE_TAPROOT_VERSION',
  'DISCOURAGE_OP_SUCCESS',
  'DISCOURAGE_UPGRADABLE_PUBKEYTYPE',
] as const;

/**
 * May the first input of a transaction spend this output?
 * @param transaction as it goes over the wire
 * @param script of the output, as it goes over the wire
 * @param amount of the output, satoshi
 * @returns null, or why not: `SCRIPT_ERR_…`
 */
export const refusal = (
  transaction: Uint8Array,
  { script, amount }: { script: Uint8Array; amount: bigint },
): string | null => {
  const spending = new Transaction(Buffer.from(transaction).toString('hex'));
  const [input] = spending.inputs;
  if (!input) return 'no input';
  const locked = Script.fromBuffer(Buffer.from(script));
  input.output = new Transaction.Output({ satoshis: Number(amount), script: locked });
  const interpreter = new Interpreter();
  const rules = RULES.reduce((all, rule) => all | flag(rule), 0);
  const isFulfilled = interpreter.verify(
    input.script,
    locked,
    spending,
    0,
    rules,
    input.getWitnesses() ?? [],
    Number(amount),
  );
  return isFulfilled ? null : interpreter.errstr || 'SCRIPT_ERR_SIGNATURE';
};

const flag = (rule: (typeof RULES)[number]): number => {
  const value = Interpreter[`SCRIPT_VERIFY_${rule}`];
  if (!value) throw new RangeError(`the interpreter does not know the rule ${rule}`);
  return value;
};
