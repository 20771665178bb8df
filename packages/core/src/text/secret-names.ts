import { wordSet } from "./text.ts";

const passwordWord =
  /(?:PASSWORDS?|PASSWD|PASSPHRASE)$|^(?:PASS|SSHPASS|SECRETS?|CREDENTIALS?|CREDS)$/;
const tokenOrKey = /(?:^|_)(?:TOKENS?|(?:API|ACCESS|SECRET)_?KEYS?)$/;
const secretEnd =
  /^(?:AUTH|AUTHORIZATION|COOKIE|TOKENS?|(?:API|ACCESS|SECRET|PRIVATE|SSH|AUTH|APP|LICENSE)?KEYS?)$/;
// Names that hold a fact about a secret and not the secret: TOKEN_FILE, SECRET_NAME, MAX_TOKEN_LENGTH.
const aboutWords = wordSet(
  "FILE PATH DIR NAME TYPE KIND URL URI HOST PORT USER USERNAME LEN LENGTH SIZE COUNT LIMIT MODE TTL ENABLED IDX INDEX",
);
// Tokens of a tokenizer, and keys of a mapping or a table.
const tokenKinds = wordSet("PAD EOS BOS UNK MASK SEP CLS STOP IMAGE SPECIAL START END MAX MIN NUM");
const keyKinds = wordSet(
  "SORT PRIMARY FOREIGN PARTITION GROUP CACHE IMAGE VIDEO AUDIO TEXT INPUT OUTPUT PROMPT RESPONSE LABEL TARGET DATA DATASET COLUMN FEATURE REWARD METRIC STATE ACTION OBS DICT JSON PUBLIC",
);
// What makes a key one of an account or a lock.
const lockKinds = wordSet(
  "API ACCESS SECRET PRIVATE SSH AUTH APP LICENSE MASTER SIGNING ENCRYPTION DEPLOY ACCOUNT",
);
// Names whose values look random and are not secret.
const publicWords = wordSet(
  "SHA SHA1 SHA256 HASH DIGEST CHECKSUM COMMIT REV REVISION VERSION MD5 UUID GUID ID IDS FINGERPRINT CONFIRMATION ETAG ATTEMPT SEED TAG IMAGE PATH FILE DIR",
);

/** `wandbApiKey` and `WANDB_API_KEY` as WANDB, API and KEY. */
export function toWords(name: string): string[] {
  const parted = name.slice(0, 200).replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2");
  return parted
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== "" && !/^\d+$/.test(word));
}

/** Whether the words of a name say that what it holds is secret. */
export function isSecretName(words: readonly string[]): boolean {
  const [last = "", before = ""] = [words.at(-1), words.at(-2)];
  if (aboutWords.has(last)) return false;
  if (/^TOKENS?$/.test(last) && tokenKinds.has(before)) return false;
  if (/^KEYS?$/.test(last) && keyKinds.has(before)) return false;
  return secretEnd.test(last) || isPassword(words);
}

/** Whether they say that it is a password, which may be as short and plain as a word. */
export function isPassword(words: readonly string[]): boolean {
  // PWD and OLD_PWD are folders.
  const isPwd = words.at(-1) === "PWD" && !/^(?:OLD)?$/.test(words.at(-2) ?? "");
  return isPwd || words.some((word) => passwordWord.test(word));
}

/** Whether they end in a key of which nothing says what it opens: `CHOSEN_KEY` names a column, and `WANDB_KEY` does not. */
export function isAnyKey(words: readonly string[]): boolean {
  return /^KEYS?$/.test(words.at(-1) ?? "") && !words.some((word) => lockKinds.has(word));
}

/** Whether they name a token or a key of an account, not one of a table. */
export function hasTokenName(words: readonly string[]): boolean {
  return tokenOrKey.test(words.join("_"));
}

/** Whether values under a name look random and are not secret. */
export function isPublicName(words: readonly string[]): boolean {
  return words.some((word) => publicWords.has(word));
}
