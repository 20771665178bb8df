import { describe, expect, test } from "vitest";
import { openEnvelope, readMessage } from "./envelope.ts";

test.each([
  [{ code: 0, message: "success", data: { a: 1 } }, { a: 1 }],
  [{ code: "0", data: { a: 1 } }, { a: 1 }],
  [{ code: 0 }, {}],
  [{ code: 0, data: null }, {}],
  [{ code: 0, data: [] }, []],
  [{ code: 0, error: "", errors: [], success: true, data: { error: "OOM" } }, { error: "OOM" }],
])("%j holds data", (body, data) => {
  expect(openEnvelope(body)).toEqual({ kind: "data", data, isBare: false });
});

test.each([
  { job_id: "x" },
  {},
  { data: { a: 1 }, message: "no code" },
  { job_id: "x", status: "job_failed" },
  { success: true, Code: "Success" },
])("%j is bare", (body) => {
  expect(openEnvelope(body)).toEqual({ kind: "data", data: body, isBare: true });
});

test.each([
  [{ code: -1, message: "token expired", data: null }, -1, "token expired"],
  [{ code: "100002", message: "参数错误" }, 100002, "参数错误"],
  [{ code: -100000 }, -100000, ""],
  [{ code: 1, message: 5 }, 1, ""],
  [{ code: 1, message: { toString: "x" } }, 1, '{"toString":"x"}'],
  [{ Code: 100003, Message: "permission denied" }, 100003, "permission denied"],
  [{ errcode: 40001, errmsg: "no" }, 40001, "no"],
  [{ success: false, msg: "permission denied" }, undefined, "permission denied"],
  [{ code: 0, message: "", success: false, msg: "no" }, undefined, "no"],
  [{ code: 0, error: { message: "no" }, data: {} }, undefined, "no"],
  [{ error: "no" }, undefined, "no"],
  [{ error: { code: 7, message: "no" } }, undefined, "no"],
  [{ errors: [{ detail: "no" }] }, undefined, "no"],
  [{ status: 403, title: "Forbidden" }, undefined, "Forbidden"],
])("%j says no", (body, code, message) => {
  const refusal = { code, name: undefined, message };
  expect(openEnvelope(body)).toEqual({ kind: "refusal", refusal });
});

test("the newer envelope names its error", () => {
  const Error = { Code: "InternalError", Message: "总项目配额不足" };
  const body = { ResponseMetadata: { Action: "CreateJob", Error } };
  const refusal = { code: undefined, name: "InternalError", message: "总项目配额不足" };
  expect(openEnvelope(body)).toEqual({ kind: "refusal", refusal });
  expect(openEnvelope({ code: 0, data: {}, ...body })).toEqual({ kind: "refusal", refusal });
});

describe("neither yes nor no", () => {
  test.each([
    [{ code: "zero", message: "m" }, "m"],
    [{ code: "" }, ""],
    [{ code: null }, ""],
    [{ code: {} }, ""],
    [{ code: "0x0" }, ""],
    [{ code: " 0 " }, ""],
    [{ code: 0.5 }, ""],
    [{ code: true }, ""],
    ["text", "text"],
    [null, ""],
    [7, ""],
    [[{ code: 0 }], ""],
    [{ code: 0, data: { status: "job_running", code: 100002, msg: "gone" } }, "gone"],
    [{ code: 0, data: { success: false } }, ""],
  ])("is %j", (body, message) => {
    expect(openEnvelope(body)).toEqual({ kind: "neither", message });
  });
});

test.each([
  [{ error: "invalid_grant", error_description: "bad password" }, "bad password"],
  [{ error: "invalid_grant" }, "invalid_grant"],
  [{ error_msg: "404 Route Not Found" }, "404 Route Not Found"],
  [{ message: "", error: { code: 1 } }, '{"code":1}'],
  [{ message: "", msg: "words" }, "words"],
  [{ ResponseMetadata: { Error: { Message: "words" } } }, "words"],
  [{ ResponseMetadata: { Error: "words" } }, "words"],
  [{ message: 1 }, ""],
  [[], ""],
  [null, ""],
])("the words of %j are %j", (body, words) => {
  expect(readMessage(body)).toBe(words);
});
