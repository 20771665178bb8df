import { expect, test } from "vitest";
import { SpecError } from "../errors/errors.ts";
import { parseJobSpec } from "./parse.ts";
import { minimalSpec } from "./spec.fixture.ts";

test.each(["***", "postgres://u:***@h/db"])(
  "a variable that is %s holds no secret, and is refused",
  (value) => {
    const spec = { ...minimalSpec, envs: [{ name: "TOKEN", value }] };
    expect(() => parseJobSpec(spec)).toThrow(SpecError);
    expect(() => parseJobSpec(spec)).toThrow(/envs\[0\]\.value holds \*\*\*/);
    expect(parseJobSpec(spec, { allowMasked: true })).toEqual(spec);
  },
);

test.each([
  "HF_TOKEN=*** python train.py",
  "HF_TOKEN='***' python train.py",
  "train --token *** --lr 1",
  "train --token=***",
  "train --db.password *** db.password=***",
  String.raw`bash -c "TOKEN=\"***\" train"`,
  "git clone https://u:***@host/x",
])("a command such as %s is refused", (command) => {
  expect(() => parseJobSpec({ ...minimalSpec, command })).toThrow(/command holds \*\*\*/);
});

test.each(["echo '*** starting ***'", "rsync --include='dir/***' a b", "ls **/*", "echo ==***=="])(
  "a command such as %s means its stars",
  (command) => {
    expect(parseJobSpec({ ...minimalSpec, command })).toMatchObject({ command });
  },
);
