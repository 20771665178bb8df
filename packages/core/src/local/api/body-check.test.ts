import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkBody, createFields } from "./body-check.ts";
import { toBody } from "../body.fixture.ts";
import { logIn, type Caller } from "../caller.fixture.ts";
import { startLocalPlatform, type LocalPlatform } from "../index.ts";

const check = (body: unknown) =>
  checkBody(Buffer.from(JSON.stringify(body)), createFields, "refuse");

test.for([
  ["a full body", toBody({ auto_fault_tolerance: true, envs: [{ name: "A", value: "" }] })],
  ["an integer as text", { task_priority: "4" }],
  ["a float without a fraction", { fault_tolerance_max_retry: 3.0 }],
  ["null for absent", { envs: null, name: null }],
] as const)("%s is taken", ([, body]) => {
  expect(check(body)).toEqual({ fields: body });
});

test.for([
  [
    { reserve_on_fail_ms: 5 },
    "proto: (line 1:1): invalid value for string field reserveOnFailMs: 5",
  ],
  [{ task_priority: 1.5 }, "proto: (line 1:1): invalid value for int32 field taskPriority: 1.5"],
  [
    { task_priority: "high" },
    'proto: (line 1:1): invalid value for int32 field taskPriority: "high"',
  ],
  [
    { auto_fault_tolerance: 1 },
    "proto: (line 1:1): invalid value for bool field autoFaultTolerance: 1",
  ],
  [{ framework_config: [{ shm: 1 }] }, 'proto: unknown field "shm"'],
  [{ framework_config: ["x"] }, 'proto: syntax error (line 1:1): unexpected token "x"'],
  [{ name: "\ud800" }, 'proto: (line 1:1): invalid value for string field name: "\\ud800"'],
  [[1], "proto: syntax error (line 1:1): unexpected token ["],
  [JSON.parse('{"__proto__": 1}'), 'proto: unknown field "__proto__"'],
  [{ constructor: 1 }, 'proto: unknown field "constructor"'],
] as const)("%j is refused", ([body, message]) => {
  expect(check(body)).toEqual({ refusal: { status: 400, code: -100000, message } });
});

let platform: LocalPlatform;
let caller: Caller;
beforeAll(async () => {
  platform = await startLocalPlatform({ stages: 60_000, wire: { unknownFields: "accept" } });
  caller = await logIn(platform);
});
afterAll(() => platform.dispose());

const paths = fc.constantFrom(
  "/auth/token",
  ...["create", "detail", "stop"].map((call) => `/openapi/v1/train_job/${call}`),
);

test("any bytes as a body get an answer in the platform's form", async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => Buffer.from(text)),
  );
  const property = fc.asyncProperty(paths, bytes, async (path, body) => {
    const { status, json } = await caller.post(path, new Uint8Array(body));
    expect([200, 400]).toContain(status);
    expect(json).toMatchObject({ code: expect.any(Number), message: expect.any(String) });
  });
  await fc.assert(property, { numRuns: 150 });
});

test("any value in any field of a create gets an answer, and what is taken can be shown", async () => {
  const key = fc.constantFrom(...Object.keys(createFields));
  const property = fc.asyncProperty(key, fc.jsonValue(), async (name, value) => {
    const { status, data, code } = await caller.create({ [name]: value });
    expect([200, 400]).toContain(status);
    if (code === 0) expect((await caller.detail(String(data["job_id"]))).code).toBe(0);
  });
  await fc.assert(property, { numRuns: 150 });
});

test("nesting without end and a body over the limit are refused, and the server lives", async () => {
  const deep = `{"name":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  expect((await caller.post("/openapi/v1/train_job/create", deep)).status).toBe(400);
  const huge = `{"name":"${"x".repeat(5_000_000)}"}`;
  expect((await caller.post("/openapi/v1/train_job/create", huge)).status).toBe(413);
  expect((await caller.login()).code).toBe(0);
});
