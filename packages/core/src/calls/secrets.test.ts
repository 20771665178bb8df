import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secrets } from "./secrets.ts";

test.each([
  ["Authorization: Bearer abc.def-ghi", ["abc.def-ghi"], "Authorization: ***"],
  ["bearer AAAABBBBCCCC==", [], "***"],
  ["got eyJhbGciOiJI.eyJzdWIi.sig_-9 here", [], "got *** here"],
  ["the Bearer token is missing", [], "the Bearer token is missing"],
  ["for user: päss word!", ["päss word"], "for user: ***!"],
  ['{"password":"a\\"b\\\\c"}', ['a"b\\c'], '{"password":"***"}'],
  ["a cat", ["a"], "a cat"],
  ["nothing", [""], "nothing"],
])("%j becomes %j", (text, secrets, expected) => {
  expect(new Secrets(...secrets).hideAll(text)).toBe(expected);
});

const secretText = fc.string({ minLength: 4 }).filter((each) => !each.includes("*"));

test("no secret is left in any text around it", () => {
  fc.assert(
    fc.property(fc.string(), secretText, fc.string(), (before, hidden, after) => {
      const text = `${before.replaceAll("*", "")}${hidden}${after}`;
      expect(new Secrets(hidden).hideAll(text)).not.toContain(hidden);
    }),
  );
});

const hexOf = (char: string) => char.charCodeAt(0).toString(16).padStart(4, "0");
const asGo = (text: string) =>
  JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(/[<>&\u2028\u2029]/g, (char) => `\\u${hexOf(char)}`);
const asPhp = (text: string) =>
  JSON.stringify(text)
    .slice(1, -1)
    .replaceAll("/", "\\/")
    .replaceAll(/[\u0080-\uffff]/g, (char) => `\\u${hexOf(char)}`);
const asHtml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&#34;");
const asHex = (text: string) => text.replaceAll(/[&<>"'/]/g, (char) => `&#x${hexOf(char)};`);
const asForm = (text: string) => new URLSearchParams({ p: text }).toString().slice(2);
const asBase64 = (text: string) => Buffer.from(text).toString("base64");

const forms: Record<string, (text: string) => string> = {
  plain: (text) => text,
  "JSON of JavaScript": (text) => JSON.stringify(text).slice(1, -1),
  "JSON of Go": asGo,
  "JSON of PHP or Python": asPhp,
  "JSON in JSON": (text) => JSON.stringify(asGo(text)).slice(1, -1),
  "a URL": encodeURIComponent,
  "a form": asForm,
  "a URL in lower case": (text) =>
    encodeURIComponent(text).replaceAll(/%../g, (byte) => byte.toLowerCase()),
  "a URL in JSON": (text) => asGo(`/?p=${encodeURIComponent(text)}`),
  HTML: asHtml,
  "HTML in hexadecimal": asHex,
  "HTML in JSON": (text) => asGo(asHtml(text)),
};

describe("a secret", () => {
  const secrets = [
    's3cr&t<>/"é-pa55',
    "with blanks + plus",
    "100%41 \\n back\\slash",
    "密码&口令",
    "simple-token.0123456789",
  ];
  test.each(Object.entries(forms))("in %s is found and hidden", (_name, write) => {
    for (const secret of secrets) {
      const text = `before ${write(secret)} after`;
      const all = new Secrets(secret, "another-one");
      expect([secret, all.isIn(text)]).toEqual([secret, true]);
      const shown = all.hide(text);
      expect(shown).toContain("***");
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain(write(secret));
    }
  });

  test.each(["", "u:", "us:", "user:"])("in base64 behind %j is hidden with it", (before) => {
    for (const secret of secrets) {
      for (const after of ["", ":x"]) {
        const whole = asBase64(`${before}${secret}${after}`);
        const inUrl = Buffer.from(`${before}${secret}${after}`).toString("base64url");
        const all = new Secrets(secret);
        expect(all.hide(`Basic ${whole} and ${inUrl}.`)).toBe("Basic *** and ***.");
        expect(all.isIn(whole)).toBe(true);
      }
    }
  });

  test("beside another one in another form is hidden, and so is that", () => {
    const [first = "", second = ""] = ['a%41"b&c', "d/e<f%25"];
    const text = `${asGo(first)} ${encodeURIComponent(second)} ${asHtml(first)} ${asPhp(second)}`;
    const shown = new Secrets(first, second).hide(text);
    for (const secret of [first, second]) {
      for (const write of Object.values(forms)) expect(shown).not.toContain(write(secret));
    }
  });

  test("in any of these forms is hidden, whatever it is", () => {
    const writers = fc.constantFrom(...Object.values(forms));
    fc.assert(
      fc.property(secretText, writers, (secret, write) => {
        const all = new Secrets(secret);
        expect(all.isIn(write(secret))).toBe(true);
        expect(all.hide(write(secret))).toContain("***");
      }),
      { numRuns: 1_000 },
    );
  });
});

test("a secret within another one leaves nothing of that over", () => {
  const all = new Secrets("abcd", 'abcd"efgh', "abcd-1234");
  expect(all.hide("x abcd-1234 y")).toBe("x *** y");
  expect(all.hide(String.raw`{"a":"abcd\"efgh"}`)).toBe('{"a":"***"}');
});

test("a text without a secret stays as it is, escapes and all", () => {
  const all = new Secrets("some-token", "some-password");
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("\\", "u", "0", "%", "&", ";", "n", "a") }),
      (text) => {
        expect([all.isIn(text), all.hide(text)]).toEqual([false, text]);
      },
    ),
  );
});

test("deep in a value each text and each key is hidden, but for what is kept", () => {
  const all = new Secrets("running");
  const value = { status: "running", list: ["is running", { running: 1 }], count: 3 };
  const keeps = (key: string) => key === "status";
  expect(all.hideDeep(value, keeps)).toEqual({
    status: "running",
    list: ["is ***", { "***": 1 }],
    count: 3,
  });
});
