/** How a job stands when a post step is about to run. */
export type JobStatus = "success" | "failure" | "cancelled";

/**
 * Judges a `post-if` of action.yml: the four status functions with `!`, `&&`, `||` and brackets.
 * Like the runner it adds `success() &&` when no status function is named.
 *
 * @throws an `Error` for anything else; the emulator does not evaluate contexts
 */
export function evaluatePostIf(expression: string, status: JobStatus): boolean {
  const text = expression.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, "$1");
  const tokens = text.match(/\w+\(\s*\)|true|false|&&|\|\||[!()]|\S/g) ?? [];
  let at = 0;

  const fail = (): never => {
    throw new Error(`post-if is not understood at "${tokens[at] ?? "its end"}": ${expression}`);
  };
  const readOr = (): boolean => {
    let value = readAnd();
    while (tokens[at] === "||") {
      at += 1;
      value = readAnd() || value;
    }
    return value;
  };
  const readAnd = (): boolean => {
    let value = readNot();
    while (tokens[at] === "&&") {
      at += 1;
      value = readNot() && value;
    }
    return value;
  };
  const readNot = (): boolean => {
    const token = tokens[at]?.replaceAll(/\s/g, "").toLowerCase();
    at += 1;
    if (token === "!") return !readNot();
    if (token === "(") {
      const value = readOr();
      if (tokens[at] !== ")") fail();
      at += 1;
      return value;
    }
    if (token === "always()" || token === "true") return true;
    if (token === "false") return false;
    if (token === "success()") return status === "success";
    if (token === "failure()") return status === "failure";
    if (token === "cancelled()") return status === "cancelled";
    at -= 1;
    return fail();
  };

  const value = readOr();
  if (at < tokens.length) fail();
  const namesStatus = /\b(?:always|success|failure|cancelled)\(/i.test(text);
  return namesStatus ? value : status === "success" && value;
}
