import { expect, test } from "vitest";
import { logIn } from "../caller.fixture.ts";
import { startLocalPlatform } from "../index.ts";

test("a job's web link shows its detail and its logs, with all text escaped", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const jobId = await caller.submit("echo '<script>log</script>'", { name: "</pre><img src=x>" });
  await platform.waitForStatus(jobId, "job_succeeded");
  const response = await fetch(
    `${platform.url}/jobs/distributedTrainingDetail/${jobId}?spaceId=ws`,
  );
  const html = await response.text();
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(html).toContain("&#60;script&#62;log");
  expect(html).not.toMatch(/<script|<img/);
  expect(html).toContain("job_succeeded");
});

test("any other path is not found, and so is any path under another host name", async () => {
  await using platform = await startLocalPlatform({ jobs: [{ status: "job_running" }] });
  const path = `/jobs/distributedTrainingDetail/${platform.jobs()[0]?.jobId}`;
  for (const other of ["/", "/jobs/distributedTrainingDetail/../../etc/passwd", `${path}x`]) {
    const response = await fetch(platform.url + other);
    expect([response.status, await response.text()]).toEqual([404, "404 page not found"]);
  }
  expect((await fetch(platform.url + path)).status).toBe(200);
  const { request } = await import("node:http");
  const status = await new Promise((resolve) => {
    const headers = { host: "evil.example" };
    request(platform.url + path, { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).end();
  });
  expect(status).toBe(404);
});
