import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readJobSpec } from "../spec/read-file.ts";
import { minimalSpec, problemsOf } from "../spec/spec.fixture.ts";
import { findSpecWarnings } from "../spec/warnings.ts";
import { openIds } from "./id-store.ts";
import { findIds, type KnownId, mergeIds, nameOfId, readIds } from "./known-ids.ts";

const [group] = minimalSpec.framework_config;
const otherGroup = "lcg-99999999-9999-4999-8999-999999999999";
const detail = (lcg: string, name: string, gpuType: string) => ({
  job_id: "job-1",
  workspace_id: minimalSpec.workspace_id,
  workspace_name: "分布式训练空间",
  project_id: minimalSpec.project_id,
  project_name: "演示",
  project_en_name: "demo",
  logic_compute_group_id: lcg,
  logic_compute_group_name: name,
  framework_config: [
    {
      gpu_count: 8,
      instance_spec_price_info: {
        quota_id: group?.spec_id,
        gpu_count: 8,
        cpu_count: 160,
        memory_size_gib: 1800,
        gpu_info: { gpu_type: gpuType },
        total_price_per_hour: 8,
      },
    },
  ],
});
// One spec_id is of H100 in one group and of H200 in another.
const h100 = readIds(
  detail(minimalSpec.logic_compute_group_id, "H100", "NVIDIA_H100_SXM_80G"),
  "2026-11-28",
);
const h200 = readIds(detail(otherGroup, "H200", "NVIDIA_H200_SXM_141G"), "2026-11-28");
const ids = mergeIds(h100, h200);
const named = `name: demo-1
framework: pytorch
command: sleep 60
task_priority: 4
workspace: 分布式训练空间
project: Demo
group: h100
node: 8×H100
framework_config:
  - image: ${group?.image}
    image_type: SOURCE_OFFICIAL
    instance_count: 1
    shm_gi: 0
`;

describe("names for ids", () => {
  it("are learned from a job's detail", () => {
    expect(h100.map(({ kind, id }) => [kind, id])).toEqual([
      ["workspace", minimalSpec.workspace_id],
      ["project", minimalSpec.project_id],
      ["group", minimalSpec.logic_compute_group_id],
      ["node", group?.spec_id],
    ]);
    expect(ids.map(nameOfId)).toEqual([
      "分布式训练空间",
      "演示",
      "H100",
      "8xH100",
      "H200",
      "8xH200",
    ]);
    expect(readIds({ job_id: "x", project_id: "project-1" }, "2026-11-28")).toEqual([]);
  });

  it("stand in a spec in the place of ids, which always work", async () => {
    const { spec, client } = await readJobSpec(
      { name: "job.yaml", text: named },
      { ids: () => ids },
    );
    expect(spec).toEqual(minimalSpec);
    expect(client).toMatchObject({ project: "Demo", node: "8×H100" });
    const text = named
      .replace("分布式训练空间", minimalSpec.workspace_id)
      .replace("Demo", minimalSpec.project_id)
      .replace("h100", minimalSpec.logic_compute_group_id)
      .replace("8×H100", group?.spec_id ?? "");
    expect((await readJobSpec({ name: "job.yaml", text })).spec).toEqual(minimalSpec);
  });

  it("that are not known or ambiguous are refused with the candidates", async () => {
    const twin: KnownId = {
      kind: "project",
      id: otherGroup.replace("lcg", "project"),
      given: "demo",
    };
    const text = named.replace("h100", "h10").replace("8×H100", "4xH100");
    expect(await problemsOf(text, "job.yaml", { ids: () => [...ids, twin] })).toEqual([
      `job.yaml:6:10 project "Demo" is the name of more than one project: ${minimalSpec.project_id}, ${twin.id}; write one of these ids, or name one with qizhi ids add`,
      'job.yaml:7:8 group no group "h10" was seen on this platform; did you mean H100? (known: H100, H200); look at a job that has it with qizhi status, or use qizhi ids add, or write the id',
      'job.yaml:8:7 node no node "4xH100" was seen on this platform; did you mean 8xH100? (known: 8xH100, 8xH200); look at a job that has it with qizhi status, or use qizhi ids add, or write the id',
    ]);
    const twice = `${named}project_id: ${minimalSpec.project_id}\n`;
    expect(await problemsOf(twice, "job.yaml", { ids: () => ids })).toEqual([
      "job.yaml:6:10 project stands beside project_id, which says the same; keep one of the two",
    ]);
    const set = [`project_id=${twin.id}`, "group=H200"];
    const { spec } = await readJobSpec(
      { name: "job.yaml", text: named.replace("8×H100", "8xh200") },
      { ids: () => ids, set },
    );
    expect(spec).toMatchObject({ project_id: twin.id, logic_compute_group_id: otherGroup });
  });

  it("stay where an override of the whole group gives no id", async () => {
    const other = "55555555-5555-4555-8555-555555555555";
    for (const specId of [undefined, other]) {
      const set = [`framework_config=${JSON.stringify([{ ...group, spec_id: specId }])}`];
      const { spec } = await readJobSpec(
        { name: "job.yaml", text: named },
        { ids: () => ids, set },
      );
      expect(spec.framework_config[0]?.spec_id).toBe(specId ?? group?.spec_id);
    }
  });

  it("that are right are taken beside a key that is wrong", async () => {
    const problems = (text: string) => problemsOf(text, "job.yaml", { ids: () => ids });
    expect(await problems(`${named}log_dir: logs\n`)).toEqual([
      expect.stringContaining("job.yaml:14:10 log_dir is not an absolute path"),
    ]);
    expect(await problems(named.replace("8×H100", "8"))).toEqual([
      "job.yaml:8:7 node is 8, wanted text: put it in quotes",
    ]);
  });

  it("that a person gave to a node mean it in every group", async () => {
    const big: KnownId = { kind: "node", id: group?.spec_id ?? "", given: "big" };
    const known = [...ids.filter(({ kind }) => kind !== "node"), big];
    const text = named.replace("8×H100", "big");
    const read = await readJobSpec({ name: "job.yaml", text }, { ids: () => known });
    expect(findSpecWarnings(read)).toEqual([]);
  });

  it("of a shape mean no node that is of another shape in the spec's group", async () => {
    const text = named.replace("h100", "H200");
    expect(await problemsOf(text, "job.yaml", { ids: () => ids })).toEqual([
      'job.yaml:8:7 node no node "8×H100" was seen in this group; did you mean 8xH200? (known: 8xH200); look at a job that has it with qizhi status, or use qizhi ids add, or write the id',
    ]);
    // What was never seen in the group may be there all the same.
    const apart = ids.filter(({ kind, group: lcg }) => kind !== "node" || lcg !== otherGroup);
    const { spec } = await readJobSpec({ name: "job.yaml", text }, { ids: () => apart });
    expect(spec.framework_config).toEqual(minimalSpec.framework_config);
  });

  it("of a group that was seen in another workspace come with a warning", async () => {
    const workspace = "ws-77777777-7777-4777-8777-777777777777";
    const text = named.replace("分布式训练空间", workspace);
    const read = await readJobSpec({ name: "job.yaml", text }, { ids: () => ids });
    expect(findSpecWarnings(read)).toMatchObject([
      { rule: "group-elsewhere", subject: "H100", line: 7, column: 8 },
    ]);
    const here = await readJobSpec({ name: "job.yaml", text: named }, { ids: () => ids });
    expect(findSpecWarnings(here)).toEqual([]);
  });

  it("prefer what was seen in the spec's own workspace and group", () => {
    const far: KnownId = {
      kind: "node",
      id: "55555555-5555-4555-8555-555555555555",
      group: "lcg-far",
      gpus: 8,
      gpuType: "NVIDIA_H100_SXM_80G",
    };
    const all = [...ids, far];
    expect(findIds(all, "node", "8xH100")).toHaveLength(2);
    expect(findIds(all, "node", "8xH100", { group: "lcg-far" })).toEqual([far]);
  });
});

describe("the file of ids", () => {
  const dir = mkdtempSync(join(tmpdir(), "qizhi-ids-"));
  afterAll(() => rmSync(dir, { recursive: true }));

  it("keeps what was learned of each platform, for this user alone, and is written when something is new", () => {
    const store = openIds({ dir });
    expect(store.list("https://a")).toEqual([]);
    expect(store.add("https://a", h100)).toBe(true);
    expect(store.add("https://a", h100)).toBe(false);
    expect(statSync(store.file).mode & 0o777).toBe(0o600);
    expect(openIds({ dir }).list("https://b")).toEqual([]);
    expect(
      store.add("https://a", [{ kind: "project", id: minimalSpec.project_id, given: "mine" }]),
    ).toBe(true);
    store.add("https://a", h200);
    const [mine] = findIds(store.list("https://a"), "project", "mine");
    expect(mine).toMatchObject({ names: ["演示", "demo"], given: "mine" });
    expect(store.forget("https://a", [otherGroup])).toBe(1);
    expect(store.forget("https://a", [otherGroup])).toBe(0);
    expect(store.list("https://a")).toHaveLength(5);
  });

  it("is bounded, keeps what a person named, and reads over what it does not understand", () => {
    const store = openIds({ dir });
    const many = Array.from({ length: 1_500 }, (_, index): KnownId => {
      return {
        kind: "project",
        id: `project-${index}`,
        names: [`p${index}`],
        seenOn: "2020-01-01",
      };
    });
    store.add("https://a", many);
    const kept = store.list("https://a");
    expect(kept).toHaveLength(1_000);
    expect(findIds(kept, "project", "mine")).toHaveLength(1);
    const text = JSON.parse(readFileSync(store.file, "utf8"));
    text.platforms["https://a"] = [{ kind: "moon", id: 7 }, ...h100];
    writeFileSync(store.file, JSON.stringify(text));
    expect(store.list("https://a")).toHaveLength(4);
    writeFileSync(store.file, "{");
    expect(store.list("https://a")).toEqual([]);
  });
});
