// A call of one's own, with schemas of whatever zod the app has.
import { createClient, defineOperation } from "@qizhi/core";
import * as zodNow from "zod";
import * as zodMini from "zod/mini";
import * as zod3 from "zod-3.25";
import * as zod40 from "zod-4.0";
import * as zod40Mini from "zod-4.0/mini";
import * as zod45 from "zod-4.5";

const call = { path: "/openapi/v1/nodes/count", resend: "safe" } as const;
const operations = [
  defineOperation({
    ...call,
    request: zodNow.object({ of: zodNow.string() }),
    answer: zodNow.object({ count: zodNow.number() }),
  }),
  defineOperation({
    ...call,
    request: zodMini.object({ of: zodMini.string() }),
    answer: zodMini.object({ count: zodMini.number() }),
  }),
  defineOperation({
    ...call,
    request: zod3.object({ of: zod3.string() }),
    answer: zod3.object({ count: zod3.number() }),
  }),
  defineOperation({
    ...call,
    request: zod40.object({ of: zod40.string() }),
    answer: zod40.object({ count: zod40.number() }),
  }),
  defineOperation({
    ...call,
    request: zod40Mini.object({ of: zod40Mini.string() }),
    answer: zod40Mini.object({ count: zod40Mini.number() }),
  }),
  defineOperation({
    ...call,
    request: zod45.object({ of: zod45.string() }),
    answer: zod45.object({ count: zod45.number() }),
  }),
];
const client = createClient({
  baseUrl: process.env["QIZHI_BASE_URL"],
  credentials: {
    username: process.env["QIZHI_USERNAME"] ?? "",
    password: process.env["QIZHI_PASSWORD"] ?? "",
  },
});
let sum = 0;
for (const operation of operations) {
  const { count } = await client.call(operation, { of: "gpus" });
  sum += count;
  // @ts-expect-error the request has text
  const wrong = client.call(operation, { of: 5 });
  await wrong.catch((error: Error) => console.log(/of/.test(error.message)));
}
console.log(sum.toFixed(0));
