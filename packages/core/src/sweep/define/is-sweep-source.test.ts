import { describe, expect, it } from "vitest";
import { yamlSpec } from "../../spec/spec.fixture.ts";
import { isSweepSource } from "./is-sweep-source.ts";

const withCommand = (command: string) => yamlSpec.replace("sleep 60", command);

describe("isSweepSource", () => {
  it.each([
    [`${yamlSpec}matrix:\n  lr: [1e-3, 1e-4]\n`, true],
    ['{"matrix": {}}', true],
    [yamlSpec, false],
    [withCommand('"a matrix: b"'), false],
    ["matrix: [", false],
    [withCommand("x {{ matrix.lr }}"), true],
    [withCommand("x {{ other }} ${{ matrix.lr }}"), false],
  ])("tells a sweep from a job: %#", async (text, expected) => {
    expect(await isSweepSource({ name: "a", text })).toBe(expected);
  });
});
