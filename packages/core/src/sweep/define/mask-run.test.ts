import { expect, test } from "vitest";
import { yamlSpec } from "../../spec/spec.fixture.ts";
import { maskRun } from "./runs.ts";
import { readSweep } from "./read-spec.ts";

const random = "8f14e45fceea167a5a36dedd4bea2543f1d2c3b4";

async function maskRuns(matrix: object, command: string, envs: Record<string, string>) {
  const lines = [`envs: ${JSON.stringify(envs)}`, `matrix: ${JSON.stringify(matrix)}`];
  const text = `${yamlSpec.replace("sleep 60", JSON.stringify(command))}${lines.join("\n")}\n`;
  const { plan } = await readSweep({ name: "sweep.yaml", text });
  return plan.runs.map(maskRun);
}

test("a value of a matrix that is secret by its name shows nowhere in the run", async () => {
  const [run, other] = await maskRuns(
    { db_password: ["s3cr", "s3cr-2"], lr: ["1e-3"] },
    "connect s3cr me:{{ matrix.db_password }}@db; train --lr {{ matrix.lr }}",
    { A: "x-{{ matrix.db_password }}", LR: "{{ matrix.lr }}" },
  );
  expect(run).toMatchObject({
    shown: {
      parameters: { db_password: "***", lr: "1e-3" },
      spec: {
        command: "connect *** me:***@db; train --lr 1e-3",
        envs: [
          { name: "A", value: "x-***" },
          { name: "LR", value: "1e-3" },
        ],
      },
    },
    masked: 2,
  });
  expect(other?.shown.spec.command).toBe("connect s3cr me:***@db; train --lr 1e-3");
});

test("one that is secret by its form is hidden under any name, and other secrets of the spec as before", async () => {
  const [run] = await maskRuns(
    { run_of: [random] },
    "train {{ matrix.run_of }}; HF_TOKEN=abcdefgh push",
    { WANDB_API_KEY: "0123456789abcdef" },
  );
  expect(run?.shown.parameters).toEqual({ run_of: "***" });
  expect(run?.shown.spec).toMatchObject({
    command: "train ***; HF_TOKEN=*** push",
    envs: [{ name: "WANDB_API_KEY", value: "***" }],
  });
  expect(run?.masked).toBe(2);
});

test("a run without secrets is shown as it is", async () => {
  const [run] = await maskRuns({ lr: ["1e-3"] }, "train {{ matrix.lr }}", {});
  expect(run?.masked).toBe(0);
  expect(run?.shown.spec.command).toBe("train 1e-3");
});
