import { expect, test } from "vitest";
import { openEnvelope, readMessage } from "./envelope.ts";

test.each([
  [{ code: 0, message: "success", data: { a: 1 } }, { a: 1 }],
  [{ code: "0", data: { a: 1 } }, { a: 1 }],
  [{ code: 0 }, {}],
  [{ code: 0, data: null }, {}],
  [{ code: 0, data: [] }, []],
  [{ job_id: "x" }, { job_id: "x" }],
  [{}, {}],
  [
    { data: { a: 1 }, message: "no code" },
    { data: { a: 1 }, message: "no code" },
  ],
])("%j holds data", (body, data) => {
  expect(openEnvelope(body)).toEqual({ ok: true, data });
});

test.each([
  [{ code: -1, message: "token expired", data: null }, -1, "token expired"],
  [{ code: "100002", message: "参数错误" }, 100002, "参数错误"],
  [{ code: -100000 }, -100000, ""],
  [{ code: 1, message: 5 }, 1, ""],
  [{ code: 1, message: { toString: "x" } }, 1, '{"toString":"x"}'],
  [{ code: "zero", message: "m" }, undefined, "m"],
  [{ code: "" }, undefined, ""],
  [{ code: null }, undefined, ""],
  [{ code: {} }, undefined, ""],
  ["text", undefined, "text"],
  [null, undefined, ""],
  [7, undefined, ""],
  [[{ code: 0 }], undefined, ""],
])("%j says no", (body, code, message) => {
  expect(openEnvelope(body)).toEqual({ ok: false, code, message });
});

test.each([
  [{ error: "invalid_grant", error_description: "bad password" }, "bad password"],
  [{ error: "invalid_grant" }, "invalid_grant"],
  [{ error_msg: "404 Route Not Found" }, "404 Route Not Found"],
  [{ message: "", error: { code: 1 } }, '{"code":1}'],
  [{ message: 1 }, ""],
  [[], ""],
  [null, ""],
])("the words of %j are %j", (body, words) => {
  expect(readMessage(body)).toBe(words);
});
