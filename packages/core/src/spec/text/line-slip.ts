import { finding, type SpecFinding } from "../../errors/rules/spec-rules.ts";
import { signAt } from "./lookalikes.ts";
import type { TextProblem } from "./place.ts";

const tab = /^ *(?:- +)*-?(?=\t\s*\S)/;
const dashAlone = /^ *-(?=[A-Za-z_][\w.-]*:(?:\s|$))/;
const dashLookalike = /^ *(?=[–—―‐‑−•·][ \t]*["']?[\w.-]+["']?:(?:\s|$))/;
const quotedKey = /(["'])([\w.-]{1,60})\1:(?=\S)/y;
const openQuotes = [
  /"[^"\n]*?(?=[“”„＂]\s*(?:#[^\n]*)?$)/my,
  /'[^'\n]*?(?=[‘’＇]\s*(?:#[^\n]*)?$)/my,
];
const inFlow = /[，：］｝]/;

/** Finds what was mistyped on a line that the parser refused at an offset. */
export function findLineSlip(
  text: string,
  offset: number,
  { start, end }: { start: number; end: number },
): TextProblem | undefined {
  const line = text.slice(start, end);
  const before = tab.exec(line)?.[0];
  if (before !== undefined) return { offset: start + before.length, ...finding("yaml_tab") };
  const dash = dashAlone.exec(line)?.[0];
  if (dash !== undefined) return { offset: start + dash.length, ...finding("yaml_dash") };
  const indent = dashLookalike.exec(line)?.[0];
  if (indent !== undefined) return signAt(text, start + indent.length);
  const [whole, , key] = matchAt(quotedKey, text, offset) ?? [];
  if (whole !== undefined && key !== undefined) {
    return { offset: offset + whole.length, ...finding("yaml_no_space", { key }) };
  }
  return inFlow.test(text.charAt(offset)) ? signAt(text, offset) : findClosing(text, offset);
}

/** A lookalike at the end of a line in the place of the quote that closes the one at an offset. */
function findClosing(text: string, offset: number): TextProblem | undefined {
  const [held] = openQuotes.flatMap((form) => matchAt(form, text, offset) ?? []);
  return held === undefined ? undefined : signAt(text, offset + held.length);
}

function matchAt(form: RegExp, text: string, offset: number): RegExpExecArray | null {
  form.lastIndex = offset;
  return form.exec(text);
}

/** Whether a slip makes the parser lose count of lists and mappings, so that lines below it look indented wrongly. */
export function isShifting({ rule, params }: SpecFinding): boolean {
  return (
    rule === "yaml_tab" ||
    rule === "yaml_dash" ||
    (rule === "yaml_sign" && /[-\]}]/.test(params.wanted))
  );
}
