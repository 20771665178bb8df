// CommonJS.
import core = require("@qizhi/core");

const { createClient, operations } = core;
const client = createClient({
  baseUrl: process.env["QIZHI_BASE_URL"],
  credentials: {
    username: process.env["QIZHI_USERNAME"] ?? "",
    password: process.env["QIZHI_PASSWORD"] ?? "",
  },
});
const job_id = "job-55555555-5555-4555-8555-555555555555";
client
  .call(operations.detail, { job_id })
  .catch((error: unknown) => console.log(core.isQizhiError(error) && error.code));
