import { styleText } from "node:util";
import type { Phase } from "@qizhi/core";
import type { Environment as Env } from "../text/secret-text.ts";

type Stream = { readonly isTTY?: boolean };

/** The meaning of a piece of text, for its colour. */
export type Style = "plain" | "strong" | "faint" | "good" | "bad" | "warn" | "active";

/** A colour and a sign, which is another where only ASCII can be shown. */
export interface Look {
  readonly style: Style;
  readonly sign: string;
  readonly ascii: string;
}

/** Colours and signs of one stream. */
export type Theme = ReturnType<typeof createTheme>;

const formats = {
  strong: "bold",
  faint: "dim",
  good: "green",
  bad: "red",
  warn: "yellow",
  active: "cyan",
} as const;

// Without red, which means a failure.
const nodeColours = ["cyan", "yellow", "green", "magenta", "blue"] as const;

/** Chooses colours and signs for a stream. */
export function createTheme(stream: Stream, env: Env) {
  const hasColour = wantsColour(stream, env);
  const hasLinks = wantsLinks(stream, env);
  const ascii = !showsUnicode(env);
  return {
    /** Whether only ASCII signs can be shown. */
    ascii,
    sign: (look: Look) => look[ascii ? "ascii" : "sign"],
    /** Whether lengths of time are drawn: a screen reader and a log have their numbers alone. */
    drawsBars: isScreen(stream, env),
    /** The text in the colour of its style, or as it is. */
    paint(style: Style, text: string): string {
      if (!hasColour || style === "plain" || text === "") return text;
      // Node 22 and later would test stdout, which is not always the stream of the text.
      return styleText(formats[style], text, { validateStream: false });
    },
    /** The text as a link to an address, where the terminal has links; spaces at its end are left out. */
    link(text: string, url: string): string {
      if (!hasLinks || !plainUrl.test(url)) return text;
      const shown = text.trimEnd();
      return `${startLink}${url}\u0007${shown}${startLink}\u0007${text.slice(shown.length)}`;
    },
    /** The text in the colour of a job's node. */
    paintNode(index: number, text: string): string {
      if (!hasColour) return text;
      const colour = nodeColours[index % nodeColours.length] ?? "cyan";
      return styleText(colour, text, { validateStream: false });
    },
  };
}

/** Whether to colour: FORCE_COLOR wins, then NO_COLOR, then the kind of the stream, as in Node itself. */
export function wantsColour(stream: Stream, env: Env): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return isOn(forced);
  if (env["NO_COLOR"]) return false;
  return isScreen(stream, env);
}

function isScreen(stream: Stream, env: Env): boolean {
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

const startLink = "\u001b]8;;";
// Nothing in an address may end the sequence; these characters need no columns either (`widthOf`).
const plainUrl = /^https?:\/\/[-\w/#&.:=?%@~]{1,1000}$/;

// By what a terminal calls itself in TERM_PROGRAM or TERM.
const linking = /^(?:iTerm\.app|WezTerm|vscode|ghostty|zed|rio|Tabby)$/;
const linkingTerm = /^(?:xterm-kitty|xterm-ghostty|alacritty|foot|wezterm)/;

/**
 * Whether to write links (OSC 8): in a terminal that is known to have them, and not through tmux or screen, which may
 * drop them. FORCE_HYPERLINK and NO_COLOR decide before that, for a terminal alone.
 */
export function wantsLinks(stream: Stream, env: Env): boolean {
  const { FORCE_HYPERLINK: forced, TERM = "", TERM_PROGRAM = "", VTE_VERSION, TMUX, STY } = env;
  if (!isScreen(stream, env)) return false;
  if (forced !== undefined) return isOn(forced);
  if (env["NO_COLOR"] || isCi(env) || TMUX || STY) return false;
  if (linking.test(TERM_PROGRAM) || linkingTerm.test(TERM)) return true;
  return Number(VTE_VERSION) >= 5_000 || Boolean(env["WT_SESSION"]);
}

/** Whether a stream can show a live block: a terminal that moves its cursor, and no CI log. */
export function wantsLiveView(stream: Stream, env: Env): boolean {
  return isScreen(stream, env) && !isCi(env);
}

// Terminals show UTF-8 without any locale too, as in most containers.
function showsUnicode(env: Env): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "UTF-8";
  return /utf-?8/i.test(locale) && env["TERM"] !== "linux";
}

/** How each phase looks; its sign shows it without colour too. */
export const phaseLooks: Readonly<Record<Phase, Look>> = {
  queued: { style: "warn", sign: "○", ascii: "o" },
  starting: { style: "active", sign: "●", ascii: "*" },
  running: { style: "active", sign: "●", ascii: "*" },
  succeeded: { style: "good", sign: "✔", ascii: "+" },
  failed: { style: "bad", sign: "✖", ascii: "x" },
  stopped: { style: "faint", sign: "■", ascii: "-" },
  ended: { style: "bad", sign: "✖", ascii: "x" },
  unknown: { style: "warn", sign: "?", ascii: "?" },
};

/** Whether this runs in CI: nearly every CI sets `CI`. */
export function isCi(env: Env): boolean {
  return Boolean(env["CI"]) && isOn(env["CI"]);
}

const isOn = (value: string | undefined) => value !== "0" && value !== "false";
