import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { createPlace } from "./run-cli.ts";
import { fast, names, specText } from "./sweep-place.ts";

/** A gateway that answers no poll of one job. */
async function openGateway(url: string) {
  const unseen = { jobId: "none" };
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const isPoll = request.url?.endsWith("/detail") === true;
      if (isPoll && body.includes(unseen.jobId)) return response.writeHead(502).end("Bad Gateway");
      const headers = { authorization: request.headers.authorization ?? "" };
      const answer = await fetch(url + request.url, { method: "POST", headers, body });
      return response.writeHead(answer.status).end(await answer.text());
    })();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${Object(server.address()).port}`,
    unseen,
    [Symbol.asyncDispose]: async () => void server.close().closeAllConnections(),
  };
}

test("qizhi stop stops the job of a sweep that alone cannot be asked about, whose place no other job takes", async () => {
  const stages = { queuingMs: 600_000, stoppingMs: 20 };
  await using platform = await startLocalPlatform({ commands: "skip", gpus: 64, stages });
  await using gateway = await openGateway(platform.url);
  await using place = await createPlace({ ...platform, url: gateway.url });
  await writeFile(join(place.dir, "sweep.yaml"), specText);
  const args = ["--max-active", "2", "--error-budget", "1s", "--wait", ...fast];
  const running = place.start(["submit", "sweep.yaml", ...args]);
  await running.waitFor(/seed-2 {2}submitted/);
  const jobId = platform.jobs()[0]!.jobId;
  gateway.unseen.jobId = jobId;
  await running.waitFor(`Could not ask about job ${jobId} for `);
  const stopped = await place.run(["stop", "demo", "--yes"]);
  expect([stopped.code, stopped.stdout]).toEqual([0, expect.stringContaining(jobId)]);
  while (platform.jobs().some(({ status }) => status !== "job_stopped")) await platform.changed();
  expect(names(platform)).toHaveLength(2);
});
