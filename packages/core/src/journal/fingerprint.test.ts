import { describe, expect, it } from "vitest";
import { knownFingerprints, specFingerprint } from "./fingerprint.ts";
import { parseJobSpec } from "../spec/parse.ts";
import { readJobSpec } from "../spec/read-file.ts";
import { minimalSpec, yamlSpec } from "../spec/spec.fixture.ts";

describe("specFingerprint", () => {
  it("is the same for one spec in other forms", async () => {
    const turned = Object.fromEntries(Object.entries(minimalSpec).toReversed());
    const { spec } = await readJobSpec({ name: "-", text: yamlSpec });
    const prints = [minimalSpec, turned, spec].map((value) => specFingerprint(parseJobSpec(value)));
    expect(new Set(prints).size).toBe(1);
    expect(prints[0]).toMatch(/^[0-9a-f]{28}$/);
    const forms = [
      { max_running_time_ms: "2h", envs: { A: 1 } },
      { envs: [{ value: "1", name: "A" }], max_running_time_ms: "7200000" },
    ];
    const [map, list] = forms.map((form) =>
      specFingerprint(parseJobSpec({ ...minimalSpec, ...form })),
    );
    expect(map).toBe(list);
  });

  it("differs when anything that is asked for differs", () => {
    const changes = [
      {},
      { name: "demo-3" },
      { task_priority: 5 },
      { envs: { A: "1" } },
      { envs: { A: "2" } },
    ];
    const prints = changes.map((change) =>
      specFingerprint(parseJobSpec({ ...minimalSpec, ...change })),
    );
    expect(new Set(prints).size).toBe(changes.length);
  });

  it("differs once the same object is changed", () => {
    const spec = parseJobSpec(minimalSpec);
    const before = specFingerprint(spec);
    expect(specFingerprint(spec)).toBe(before);
    spec.framework_config[0]!.instance_count += 1;
    expect(specFingerprint(spec)).toBe(specFingerprint({ ...spec }));
    expect(specFingerprint(spec)).not.toBe(before);
  });

  it("does not change from one version of this package to the next", () => {
    expect(specFingerprint(parseJobSpec(minimalSpec))).toMatchInlineSnapshot(
      `"5c2f9c3bbfe05eb3a3bf517583a4"`,
    );
  });

  it("is known in the form of earlier versions, too, which journals still hold", () => {
    expect(knownFingerprints(parseJobSpec(minimalSpec))).toEqual([
      "5c2f9c3bbfe05eb3a3bf517583a4",
      "1738a88043d6a91b50b06bf38a39",
    ]);
  });
});
