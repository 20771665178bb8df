import { describe, expect, it } from "vitest";
import { createTheme, wantsColour, wantsLiveView } from "./style.ts";

const terminal = { isTTY: true };
const pipe = {};

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
