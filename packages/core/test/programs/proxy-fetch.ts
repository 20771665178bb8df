// The client through a proxy agent of undici.
import { createClient } from "@qizhi/core";
import * as undici from "undici";

const dispatcher = new undici.ProxyAgent(process.env["PROXY"] ?? "");
const credentials = {
  username: process.env["QIZHI_USERNAME"] ?? "",
  password: process.env["QIZHI_PASSWORD"] ?? "",
};
const baseUrl = process.env["QIZHI_BASE_URL"];
const client = createClient({
  baseUrl,
  credentials,
  transport: (url, request) => undici.fetch(url, { ...request, dispatcher }),
});
const { job_id } = await client.createJob(JSON.parse(process.env["SPEC"] ?? "null"));
// What has a fetch is a transport as well.
const plain = createClient({ baseUrl, credentials, transport: undici });
console.log((await plain.waitForJob(job_id)).status);
await dispatcher.close();
