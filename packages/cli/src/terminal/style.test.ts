import { describe, expect, it } from "vitest";
import { widthOf } from "../text/width.ts";
import { createTheme, wantsColour, wantsLinks, wantsLiveView } from "./style.ts";

const terminal = { isTTY: true };
const pipe = {};

describe("links", () => {
  it.each([
    [terminal, { TERM_PROGRAM: "WezTerm" }, true],
    [terminal, { TERM: "xterm-kitty" }, true],
    [terminal, { VTE_VERSION: "7600", TERM: "xterm-256color" }, true],
    [terminal, { WT_SESSION: "1" }, true],
    [terminal, { TERM: "xterm-256color" }, false],
    [terminal, { VTE_VERSION: "4400" }, false],
    [terminal, { TERM_PROGRAM: "WezTerm", TMUX: "/tmp/x" }, false],
    [terminal, { TERM_PROGRAM: "WezTerm", NO_COLOR: "1" }, false],
    [terminal, { TERM_PROGRAM: "WezTerm", FORCE_HYPERLINK: "0" }, false],
    [terminal, { TERM_PROGRAM: "WezTerm", TERM: "dumb" }, false],
    [terminal, { FORCE_HYPERLINK: "1" }, true],
    [pipe, { TERM_PROGRAM: "WezTerm", FORCE_HYPERLINK: "1" }, false],
  ])("on %j with %j: %s", (stream, env, expected) => {
    expect(wantsLinks(stream, env)).toBe(expected);
    const url = "https://qz.sii.edu.cn/jobs/x?spaceId=ws-1";
    const text = createTheme(stream, env).link("学习率  ", url);
    expect(text).toBe(expected ? `\u001b]8;;${url}\u0007学习率\u001b]8;;\u0007  ` : "学习率  ");
    expect(widthOf(text)).toBe(8);
  });

  it("are none where an address could end the sequence, or is none of the web", () => {
    const { link } = createTheme(terminal, { TERM_PROGRAM: "WezTerm" });
    for (const url of [
      "https://x/\u0007\u001b[2J",
      "https://x/ y",
      "https://x/;y",
      "file:///etc",
      "",
    ])
      expect(link("x", url)).toBe("x");
  });
});

describe("colours and the live view", () => {
  it.each([
    [terminal, {}, true],
    [pipe, {}, false],
    [terminal, { NO_COLOR: "1" }, false],
    [terminal, { NO_COLOR: "" }, true],
    [terminal, { TERM: "dumb" }, false],
    [pipe, { FORCE_COLOR: "1" }, true],
    [pipe, { FORCE_COLOR: "" }, true],
    [terminal, { FORCE_COLOR: "0" }, false],
    [pipe, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  ])("colours %j with %j: %s", (stream, env, expected) => {
    expect(wantsColour(stream, env)).toBe(expected);
    const painted = createTheme(stream, env).paint("good", "x");
    expect(painted).toBe(expected ? "\u001b[32mx\u001b[39m" : "x");
  });

  it.each([
    [terminal, {}, true],
    [pipe, {}, false],
    [pipe, { FORCE_COLOR: "1" }, false],
    [terminal, { NO_COLOR: "1" }, true],
    [terminal, { TERM: "dumb" }, false],
    [terminal, { CI: "true" }, false],
    [terminal, { CI: "false" }, true],
  ])("draws a live view on %j with %j: %s", (stream, env, expected) => {
    expect(wantsLiveView(stream, env)).toBe(expected);
  });

  it.each([
    [{}, false],
    [{ LANG: "zh_CN.UTF-8" }, false],
    [{ LANG: "C" }, true],
    [{ LANG: "en_US.UTF-8", LC_ALL: "POSIX" }, true],
    [{ LANG: "zh_CN.GB18030" }, true],
    [{ LANG: "en_US.UTF-8", TERM: "linux" }, true],
  ])("keeps to ASCII signs with %j: %s", (env, expected) => {
    expect(createTheme(terminal, env).ascii).toBe(expected);
  });
});
