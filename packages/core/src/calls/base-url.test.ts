import { expect, test } from "vitest";
import { readBaseUrl } from "./base-url.ts";

test.each([
  ["https://qz.sii.edu.cn", "https://qz.sii.edu.cn", "qz.sii.edu.cn"],
  ["https://qz.sii.edu.cn/", "https://qz.sii.edu.cn", "qz.sii.edu.cn"],
  ["https://QZ.example:8443/a/b///", "https://qz.example:8443/a/b", "qz.example:8443"],
  ["http://127.0.0.1:80/", "http://127.0.0.1", "127.0.0.1"],
  ["http://127.9.9.9:8080", "http://127.9.9.9:8080", "127.9.9.9:8080"],
  ["http://localhost:3000", "http://localhost:3000", "localhost:3000"],
  ["http://[::1]:3000", "http://[::1]:3000", "[::1]:3000"],
])("%s is read as %s", (text, baseUrl, host) => {
  expect(readBaseUrl(text)).toEqual({ baseUrl, host });
});

test.each([
  "",
  "qz.sii.edu.cn",
  "ftp://qz.sii.edu.cn",
  "javascript:alert(1)",
  "https://",
  "https://someone:hunter2@qz.sii.edu.cn",
  "https://someone@qz.sii.edu.cn",
  "https://qz.sii.edu.cn/?",
  "https://qz.sii.edu.cn/?a=b",
  "https://qz.sii.edu.cn/#",
  "https://qz.sii.edu.cn/a#b",
])("%j is refused, and never repeated", (text) => {
  expect(() => readBaseUrl(text)).toThrow(expect.objectContaining({ code: "input" }));
  expect(() => readBaseUrl(text)).not.toThrow(/hunter2|someone|alert/);
});

test.each([
  "http://qz.sii.edu.cn",
  "http://10.0.0.1",
  "http://localhost.example",
  "http://127.example",
  "http://0.0.0.0",
])("%s would carry the password in clear", (text) => {
  expect(() => readBaseUrl(text)).toThrow(/in clear/);
  expect(readBaseUrl(text, true).baseUrl).toBe(text);
});
