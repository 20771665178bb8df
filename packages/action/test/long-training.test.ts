import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { countOf, toSpec } from "./bundle.ts";
import { findWorkflow } from "./workflow/documented.ts";
import { runWorkflow } from "./workflow/run-workflow.ts";

// What `gh variable` does to the one variable of the recipe.
const gh = `#!/bin/sh
test "$1 $3 $4 $5" = "variable QIZHI_JOB_ID --repo octocat/example" || exit 2
test "$GH_TOKEN" = token-of-variables || exit 3
echo "$2 $7"
`;

test("a long training is submitted once, looked at in seconds, and forgotten when it is over", async () => {
  await using platform = await startLocalPlatform({ stages: 20, jobs: [{ status: "job_failed" }] });
  const failed = platform.jobs()[0]?.jobId ?? "";
  let id = "";
  const run = async (name: string) => {
    const { username, password } = platform.credentials;
    const result = await runWorkflow(findWorkflow(name), {
      contexts: {
        vars: { QIZHI_USERNAME: username, ...(id !== "" && { QIZHI_JOB_ID: id }) },
        secrets: { QIZHI_PASSWORD: password, VARIABLES_TOKEN: "token-of-variables" },
      },
      files: { "jobs/long.yaml": toSpec({ command: "sleep 60" }) },
      commands: { gh },
      inputs: { "base-url": platform.url },
    });
    for (const printed of Object.values(result.printed)) {
      const [, what = "", value = ""] = /^(set|delete) (\S*)/.exec(printed) ?? [];
      expect(what).not.toBe("");
      id = what === "set" ? value : "";
    }
    return result;
  };
  const submit = () => run("Submit a long training");
  const look = () => run("Look after the long training");

  expect(await look()).toMatchObject({ conclusion: "skipped" });
  expect(await submit()).toMatchObject({ conclusion: "success" });
  const jobId = platform.jobs().at(-1)?.jobId ?? "";
  expect(id).toBe(jobId);
  const sent = platform.requests.find(({ operation }) => operation === "create");
  expect(sent?.body).toContain('"name":"long-1658821493-1"');
  // The id of a job that goes on is not overwritten.
  expect(await submit()).toMatchObject({ conclusion: "skipped" });

  const active = await look();
  expect(active).toMatchObject({ conclusion: "success" });
  expect(active.actions).toMatchObject([
    { outputs: { outcome: "active" }, sent: { error: 0, warning: 0 }, problems: [] },
  ]);
  expect(active.actions[0]?.main.exitedAtMs).toBeLessThan(10_000);
  expect([id, countOf(platform, "stop")]).toEqual([jobId, 0]);

  platform.setFaults([{ operation: "detail", fault: { kind: "server-error" } }]);
  const away = await look();
  expect([away.conclusion, away.actions[0]?.outputs["outcome"], id]).toEqual([
    "failure",
    "error",
    jobId,
  ]);

  // The platform has forgotten it.
  const body = '{"code":100002,"message":"job not found","data":null}';
  platform.setFaults([{ operation: "detail", fault: { kind: "reply", status: 200, body } }]);
  const lost = await look();
  expect([lost.conclusion, lost.actions[0]?.outputs["outcome"], id]).toEqual([
    "failure",
    "lost",
    "",
  ]);
  platform.setFaults([]);

  id = failed;
  expect(await look()).toMatchObject({ conclusion: "failure" });
  expect(id).toBe("");
  expect(countOf(platform, "create")).toBe(1);
});
