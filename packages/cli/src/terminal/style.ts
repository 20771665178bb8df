import { styleText } from "node:util";
import type { Phase } from "@qizhi/core";
import { isCi } from "./ci.ts";

type Env = Readonly<Record<string, string | undefined>>;
type Stream = { readonly isTTY?: boolean };

/** What a piece of text is, for its colour. */
export type Style = "plain" | "strong" | "faint" | "good" | "bad" | "warn" | "active";

/** Colours and signs of one stream. */
export interface Theme {
  /** The text in the colour of its style, or as it is. */
  paint(style: Style, text: string): string;
  /** Whether only ASCII signs can be shown. */
  readonly ascii: boolean;
}

const formats = {
  strong: "bold",
  faint: "dim",
  good: "green",
  bad: "red",
  warn: "yellow",
  active: "cyan",
} as const;

/** Chooses colours and signs for a stream. */
export function createTheme(stream: Stream, env: Env): Theme {
  const hasColour = wantsColour(stream, env);
  return {
    ascii: !showsUnicode(env),
    paint(style, text) {
      if (!hasColour || style === "plain" || text === "") return text;
      // Node 22 and later would look at stdout, which is not always the stream that is written to.
      return styleText(formats[style], text, { validateStream: false });
    },
  };
}

/** Whether to colour: FORCE_COLOR wins, then NO_COLOR, then what the stream is; as Node itself does. */
export function wantsColour(stream: Stream, env: Env): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if (env["NO_COLOR"]) return false;
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

/** Whether a block that is drawn again and again fits: a terminal that can, and no CI log. */
export function wantsLiveView(stream: Stream, env: Env): boolean {
  return stream.isTTY === true && env["TERM"] !== "dumb" && !isCi(env);
}

// Without any locale, as in most containers, terminals still show UTF-8.
function showsUnicode(env: Env): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "UTF-8";
  return /utf-?8/i.test(locale) && env["TERM"] !== "linux";
}

/** The style of a phase. */
export const phaseStyles: Readonly<Record<Phase, Style>> = {
  queued: "warn",
  starting: "active",
  running: "active",
  succeeded: "good",
  failed: "bad",
  stopped: "faint",
  ended: "bad",
  unknown: "warn",
};

const phaseSigns: Readonly<Record<Phase, readonly [unicode: string, ascii: string]>> = {
  queued: ["○", "o"],
  starting: ["●", "*"],
  running: ["●", "*"],
  succeeded: ["✔", "+"],
  failed: ["✖", "x"],
  stopped: ["■", "-"],
  ended: ["✖", "x"],
  unknown: ["?", "?"],
};

/** The sign of a phase, so that it is told without colour too. */
export function phaseSign(phase: Phase, { ascii }: Theme): string {
  return phaseSigns[phase][ascii ? 1 : 0];
}
