// A worker in the form of workerd: a request in, a job's outcome out.
import { createClient, type JobSpecInput } from "@qizhi/core";

interface Env {
  readonly QIZHI_BASE_URL: string;
  readonly QIZHI_USERNAME: string;
  readonly QIZHI_PASSWORD: string;
}

/** What workerd takes as the default export. */
export const worker = {
  async fetch(spec: JobSpecInput, env: Env): Promise<{ readonly status: string | undefined }> {
    const client = createClient({
      baseUrl: env.QIZHI_BASE_URL,
      credentials: { username: env.QIZHI_USERNAME, password: env.QIZHI_PASSWORD },
      transport: (url, request) => fetch(url, request),
    });
    const { job_id } = await client.createJob(spec);
    return { status: (await client.waitForJob(job_id)).status };
  },
};
