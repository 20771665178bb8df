import { wordSet } from "./text.ts";

/** A part of a text, by its first index and the one after its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

// Forms of well-known tokens and keys. A form begins at the start of a word, so that a text of many such
// starts is searched once and not once for each.
const tokenForms = [
  "hf_[A-Za-z0-9]{16,}",
  "gh[opsur]_[A-Za-z0-9]{20,}",
  String.raw`github_pat_\w{20,}`,
  String.raw`glpat-[\w-]{16,}`,
  String.raw`(?:sk|rk|pk)[-_][\w-]{16,}`,
  "(?:AKIA|ASIA)[0-9A-Z]{16}",
  "(?:LTAI|AKID)[0-9A-Za-z]{12,40}",
  String.raw`AIza[\w-]{30,}`,
  "(?:npm|pypi)[-_][A-Za-z0-9_-]{30,}",
  String.raw`xox[abeprs]-[\w-]{10,}`,
  String.raw`eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+`,
].join("|");
const token = new RegExp(String.raw`(?<![\w-])(?:${tokenForms})`, "g");
const privateKey =
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?:[\s\S]*?-----END [A-Z ]{0,40}PRIVATE KEY-----|[\s\S]*)/g;
const bearer = /(?<=\b(?:Bearer|Basic) {1,4})[\w.+/=~-]{12,}/gi;
const urlPassword = /(?<=:\/\/[^\s/:@"']{0,200}:)[^\s/"'$<{*][^\s/"']*(?=@)/g;
/** A chat's webhook up to what everybody who knows it may post with. */
export const webhookStart = String.raw`\bhttps?:\/\/(?:hooks\.slack(?:-gov)?\.com\/\w{1,20}\/|open\.(?:feishu\.cn|larksuite\.com)\/open-apis\/bot\/(?:v2\/)?hook\/|(?:\w{1,20}\.)?discord(?:app)?\.com\/api\/webhooks\/|qyapi\.weixin\.qq\.com\/cgi-bin\/webhook\/\w{1,20}\?(?:[\w=]{0,60}&)?key=)`;
const webhook = new RegExp(`(?<=${webhookStart})[\\w/-]{8,}`, "g");
// Whoever has a signed URL may read.
const urlToken =
  /(?<=[?&](?:[\w-]{0,30}(?:token|secret|password|signature)|sig|(?:api|access|secret)[_-]?key)=)[^\s&"'#$<{*][^\s&"'#]{7,}/gi;

/** The parts of a text that have the form of a token, of a key or of a password in a URL. */
export function findTokens(text: string): Span[] {
  const hits = [privateKey, token, bearer, urlPassword, webhook, urlToken].flatMap((form) => [
    ...text.matchAll(form),
  ]);
  return merge(hits.map(({ 0: hit, index }) => ({ start: index, end: index + hit.length })));
}

/** Spans in their order, those that touch as one. */
export function merge(spans: readonly Span[]): Span[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

// Ids of jobs, workspaces and the like: their digits are random, and no secret.
const platformId =
  /(?<![A-Za-z\d])(?:[a-z]{2,10}-)?[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}(?![A-Za-z\d])/gi;

/** Whether a whole value looks random, or a part of it where its parts are judged apart. */
export function isRandom(value: string): boolean {
  return /^[A-Za-z0-9+/_-]{32,}={0,2}$/.test(value) && toRandomParts(value).length > 0;
}

/** The random parts of a long word: ids of the platform end a part, and so does the `/` of a path. */
export function toRandomParts(word: string): string[] {
  if (word.length > 4096) return [];
  const parts = word.split(platformId).flatMap((part) => {
    const steps = part.split("/");
    return steps.some(isWordy) ? steps : part;
  });
  return parts.filter(isRandomPart);
}

/** Whether a step of a path is one or more words; base64 between two `/` hardly ever is. */
function isWordy(step: string): boolean {
  return step.length >= 4 && step.length / countStretches(step) > 2.5;
}

/** 32 hex digits or more, or letters and digits in turn. */
function isRandomPart(part: string): boolean {
  const digits = part.replace(/=+$/, "");
  if (digits.length < 32) return false;
  if (/^[0-9a-f]+$|^[0-9A-F]+$/.test(digits))
    return new Set(digits).size >= 8 && /\d/.test(digits) && /[a-f]/i.test(digits);
  if (!/\d/.test(digits) || !/[a-z]/.test(digits) || !/[A-Z]/.test(digits)) return false;
  // Words and paths have longer stretches of one kind of character.
  return digits.length / countStretches(digits) <= 2.1;
}

function countStretches(text: string): number {
  return text.match(/[a-z]+|[A-Z]+|\d+|[+/_-]+/g)?.length ?? 1;
}

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
