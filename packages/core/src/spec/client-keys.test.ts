import { describe, expect, it } from "vitest";
import { failureOf, openClient, openPlatform, spec } from "../client/client.fixture.ts";
import { specFingerprint } from "../journal/fingerprint.ts";
import { readSweep } from "../sweep/define/read-spec.ts";
import { readJobSpec } from "./read-file.ts";
import { parseJobSpec } from "./parse.ts";
import { minimalSpec, problemsOf, yamlSpec } from "./spec.fixture.ts";

const extra = { description: "a base line", exclude_nodes: ["qb-prod-gpu0001"] };
const withExtra = `${yamlSpec}extra:
  description: a base line
  exclude_nodes: [qb-prod-gpu0001]
`;
const read = (text: string, set: string[] = []) => readJobSpec({ name: "job.yaml", text }, { set });

describe("extra", () => {
  it("is sent beside the fields of the page, and the platform keeps it", async () => {
    const platform = await openPlatform();
    const client = openClient(platform);
    const { spec: fromFile, client: keys } = await read(withExtra);
    expect([keys, fromFile]).toEqual([{ extra }, { ...minimalSpec, extra }]);
    // A copy goes the same way.
    const { job_id } = await client.createJob({ ...fromFile, name: "copy" });
    const body = platform.requests.find(({ operation }) => operation === "create")?.body;
    expect(JSON.parse(body ?? "")).toEqual({ ...minimalSpec, name: "copy", ...extra });
    expect(await client.getJob(job_id)).toMatchObject({ name: "copy", ...extra });
    await platform.dispose();
  });

  it("makes another job of the spec; an empty one does not", async () => {
    const prints = await Promise.all(
      [withExtra, yamlSpec, `${yamlSpec}extra: {}\n`].map(async (text) =>
        specFingerprint((await read(text)).spec),
      ),
    );
    expect(prints[0]).not.toBe(prints[1]);
    expect(prints[2]).toBe(prints[1]);
  });

  it("is refused at its place for a field of the page, for a wrong kind and for a masked secret", async () => {
    const text = `${yamlSpec}extra:\n  task_priority: 9\n  __proto__: 1\n`;
    expect(await problemsOf(text)).toEqual([
      "job.yaml:16:3 extra.task_priority is a field of the spec itself; write it at the top level, not in extra",
      "job.yaml:17:3 extra.__proto__ is not allowed as a key",
    ]);
    expect(await problemsOf(`${yamlSpec}extra: [1]\n`)).toEqual([
      "job.yaml:15:8 extra is a list, wanted a mapping",
    ]);
    expect(await problemsOf(`${yamlSpec}extra:\n  a: {token: "***"}\n`)).toEqual([
      "job.yaml:16:6 extra.a holds *** in the place of a secret; put the secret itself there",
    ]);
  });

  it("is where a field of the newer interface belongs, at the top it is explained", async () => {
    const text = `${yamlSpec}exclude_nodes: [a]\ndescription: x\nextras: {}\n`;
    expect(await problemsOf(text)).toEqual([
      "job.yaml:15:1 exclude_nodes is not on the platform's page; to send it as it stands, write it under extra: (extra.exclude_nodes)",
      "job.yaml:16:1 description is not on the platform's page; to send it as it stands, write it under extra: (extra.description)",
      "job.yaml:17:1 extras unknown key; did you mean extra?",
    ]);
  });

  it("takes --set and the values of a matrix", async () => {
    const { spec: changed } = await read(withExtra, [
      "extra.exclude_nodes[1]=b",
      "extra.is_publicpath_readonly=true",
      "extra.description=x y",
    ]);
    expect(changed.extra).toEqual({
      description: "x y",
      exclude_nodes: ["qb-prod-gpu0001", "b"],
      is_publicpath_readonly: true,
    });
    const text = `${yamlSpec}extra: {description: "lr {{ matrix.lr }}"}\nmatrix: {lr: [1, 2]}\n`;
    const { plan, client } = await readSweep({ name: "sweep.yaml", text });
    expect(plan.runs.map((run) => run.spec.extra)).toEqual([
      { description: "lr 1" },
      { description: "lr 2" },
    ]);
    expect(client).toEqual({ extra: { description: "lr 1" } });
  });

  it("is refused where a number in it would be sent as another", async () => {
    const wrong = "cannot be sent as this number; put it in quotes";
    const queue = "1234567890123456789";
    const yaml = `${yamlSpec}extra:\n  a: {queue: ${queue}, n: 12345}\n  b: [1, .nan, -.inf, 0.1]\n`;
    expect(await problemsOf(yaml)).toEqual([
      `job.yaml:16:14 extra.a.queue ${wrong}`,
      `job.yaml:17:10 extra.b[1] ${wrong}`,
      `job.yaml:17:16 extra.b[2] ${wrong}`,
    ]);
    const json = JSON.stringify({ ...minimalSpec, extra: { queue } }).replace(`"${queue}"`, queue);
    expect(await problemsOf(json, "job.json")).toEqual([
      `job.json:1:${json.indexOf(queue) + 1} extra.queue ${wrong}`,
    ]);
    expect(await problemsOf(yamlSpec, "job.yaml", { set: [`extra.queue=${queue}`] })).toEqual([
      `job.yaml extra.queue ${wrong} (--set extra.queue=${queue})`,
    ]);
    const { spec: quoted } = await read(yamlSpec, [`extra.queue="${queue}"`]);
    expect(quoted.extra).toEqual({ queue });
    // A spec in memory, such as one that was sent before, has lost no digit since.
    const inMemory = { ...minimalSpec, extra: { queue: Number(queue) } };
    expect(parseJobSpec(inMemory).extra).toEqual({ queue: Number(queue) });
  });

  it("is refused by a platform that does not take the field, in the platform's words", async () => {
    const platform = await openPlatform({ wire: { newerFields: "refuse" } });
    const create = openClient(platform).createJob({ ...spec, extra });
    expect(await failureOf(create)).toMatchObject({
      message: expect.stringContaining('unknown field "description"'),
    });
    await platform.dispose();
  });
});
