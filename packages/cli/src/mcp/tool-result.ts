import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { isQizhiError, looksSecret, visibleText } from "@qizhi/core";
import { sayError } from "../cli-error.ts";
import { exitCodeOf } from "../exit-code.ts";
import { en } from "../messages/en.ts";

/** A result: the document as structured content and as JSON text, and what to tell beside it. */
export function toResult(
  document: Readonly<Record<string, unknown>>,
  notes: readonly string[] = [],
): CallToolResult {
  const shown = toShown(document);
  const told = notes.map((text) => ({ type: "text" as const, text: toHarmless(text) }));
  return {
    content: [{ type: "text", text: JSON.stringify(shown, undefined, 2) }, ...told],
    structuredContent: shown,
  };
}

/** An error as a result: `code`, `summary`, `hint` and what to do `next`. */
export function toErrorResult(error: unknown): CallToolResult {
  const facts = toErrorFacts(error);
  return { ...toResult({ error: facts }), isError: true };
}

/** An error as data, in English, with the exit code that the command would have had. */
export function toErrorFacts(error: unknown): Record<string, unknown> {
  if (!isQizhiError(error)) {
    // The text of an unforeseen error may hold anything.
    const name = error instanceof Error ? error.name : "unknown";
    return { code: "internal", summary: `qizhi itself failed (${name}).`, exit_code: 70 };
  }
  const { summary, hint } = sayError(error, en);
  const next = nextSteps[error.code];
  const plain: Record<string, unknown> = JSON.parse(JSON.stringify(error));
  return { ...plain, summary, hint, ...(next && { next }), exit_code: exitCodeOf(error) };
}

const nextSteps: Readonly<Record<string, string>> = {
  spec: "Correct the spec and call validate, then submit again.",
  auth: "Ask the user to run `qizhi login` in a terminal, then try again. Do not ask for the password.",
  connection: "Ask the user to check the network, or to run `qizhi doctor`.",
  submission_unknown:
    "Do not submit it again. Tell the user; call list with unresolved: true, and look on the page for the job.",
  wait_timeout: "Call wait again.",
  wait_lost: "Call wait again later; the job goes on.",
};

/** A document without what looks like a secret, and with harmless texts. */
function toShown(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(document, toShownValue));
}

function toShownValue(key: string, value: unknown): unknown {
  if (typeof value === "string") {
    return key !== "command" && looksSecret(key, value) ? "***" : toHarmless(value);
  }
  if (typeof value !== "object" || value === null) return value;
  if ("name" in value && "value" in value) {
    const [name, text] = [String(value.name), String(value.value)];
    return looksSecret(name, text) ? { ...value, value: "***" } : value;
  }
  return value;
}

// A terminal that shows the agent's log obeys control characters; line ends and tabs belong to commands.
function toHarmless(text: string): string {
  return text.replaceAll(/[^\n\t]+/g, visibleText);
}

/** A result without the login of this environment, whatever a platform may have echoed of it. */
export function withoutLogin(
  result: CallToolResult,
  env: Readonly<Record<string, string | undefined>>,
): CallToolResult {
  const secrets = [env["QIZHI_PASSWORD"], env["QIZHI_TOKEN"]].filter(isSecret);
  const hide = (_key: string, value: unknown) =>
    typeof value === "string"
      ? secrets.reduce((text, secret) => text.replaceAll(secret, "***"), value)
      : value;
  return secrets.length === 0 ? result : JSON.parse(JSON.stringify(result, hide));
}

// Shorter ones are common words, and no password of theirs is safe anyway.
function isSecret(text: string | undefined): text is string {
  return text !== undefined && text.length >= 6;
}
