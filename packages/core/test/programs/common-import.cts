// CommonJS, also under compilers that let it require no ES module: TypeScript before 5.8.
async function main(): Promise<void> {
  const { createClient, isQizhiError } = await import("@qizhi/core");
  const client = createClient({
    baseUrl: process.env["QIZHI_BASE_URL"],
    credentials: {
      username: process.env["QIZHI_USERNAME"] ?? "",
      password: process.env["QIZHI_PASSWORD"] ?? "",
    },
  });
  const job_id = "job-55555555-5555-4555-8555-555555555555";
  const code = await client.getJob(job_id).catch((error) => isQizhiError(error) && error.code);
  console.log(code);
}

void main();
