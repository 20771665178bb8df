// Forms of well-known tokens and keys.
const tokens =
  /\b(?:hf_[A-Za-z0-9]{20,}|gh[opsur]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|sk-[\w-]{20,}|AKIA[0-9A-Z]{16}|xox[abprs]-[\w-]{10,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)|-----BEGIN [A-Z ]*PRIVATE KEY|https?:\/\/[^\s/:@]+:[^\s/@$]+@/;

const secretName =
  /(?:^|_)(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?)$/i;
const tokenizerName = /(?:PAD|EOS|BOS|UNK|MASK|SEP|CLS|STOP|IMAGE|SPECIAL)_TOKEN$/i;
const assignment = /(?<![\w$])([A-Za-z_]\w*)=["']?([^\s"'$;&|]+)/g;

/** Whether a variable looks as if it held a password, a token or a key. */
export function looksSecret(name: string, value: string): boolean {
  if (tokens.test(value)) return true;
  if (!secretName.test(name) || tokenizerName.test(name)) return false;
  // Not a path, a number, a reference or a switch.
  return /^[^\s/$<][^\s]{7,}$/.test(value) && !/^[\d.]+$/.test(value);
}

/** Where a command holds what looks like a password, a token or a key. */
export function findSecret(command: string): number | undefined {
  const token = tokens.exec(command);
  if (token) return token.index;
  for (const { index, 1: name = "", 2: value = "" } of command.matchAll(assignment)) {
    if (looksSecret(name, value)) return index;
  }
  return undefined;
}
