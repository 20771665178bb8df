import { expect, test } from "vitest";
import { toAccessToken } from "../client/access-token.ts";
import { readMessage } from "../schemas/envelope.ts";
import { excerpt, visibleText } from "../text/text.ts";
import { describeBody, isLoginRedirect } from "./page.ts";
import { retryAfterMs } from "./retry.ts";
import { Secrets } from "./secrets.ts";

// What is done to texts of the platform, and what such texts may repeat.
const secrets = new Secrets("s3cr&t<>pa55", "some.token-0123456789");
const uses: Record<string, (text: string) => unknown> = {
  "a page": (text) => describeBody(200, `<${text}`, "cut_off", secrets),
  "another text": (text) => describeBody(200, text, "cut_off", secrets),
  "hidden secrets": (text) => secrets.hideAll(text),
  "hidden secrets beside one": (text) => secrets.hideAll(`${text}s3cr`),
  "an excerpt": (text) => excerpt(text),
  "visible text": visibleText,
  "a token": (text) => toAccessToken(text, undefined),
  words: (text) => readMessage({ message: text }),
  "Retry-After": (text) => retryAfterMs(text, text),
  "a redirect": (text) => isLoginRedirect(302, text, "http://127.0.0.1/"),
};
const repeated = [
  ..."<title|< title|eyJ|eyJa.|Bearer |Bearer x|a|.|\\|\\u0026|%41|&amp;|&|*|/login|s3cr|s3cr%26".split(
    "|",
  ),
  " ",
  "\n",
  "\u202e",
  "0",
  `Bearer${" ".repeat(99)}`,
];

test.each(Object.entries(uses))("%s takes a time that grows with the text alone", (_name, use) => {
  for (const piece of repeated) {
    const text = piece.repeat(1_000_000 / piece.length);
    const began = performance.now();
    // The plainest thing to do with every character.
    for (const char of text) if (char === "\0") throw new Error("not there");
    const scanMs = Math.max(5, performance.now() - began);
    const begun = performance.now();
    use(text);
    const ratio = (performance.now() - begun) / scanMs;
    expect([piece, ratio < 400]).toEqual([piece, true]);
  }
});
