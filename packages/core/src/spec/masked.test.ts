import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SpecError } from "../errors/errors.ts";
import { maskSpec } from "./mask-spec.ts";
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
  "wandb login *** && python t.py",
  "echo *** | docker login --password-stdin",
  "echo '***' | docker login --password-stdin",
  "curl -H 'Authorization: Bearer ***' x",
  "curl -H 'X-Api-Key: ***' x",
  'curl -H "X-Auth: ***" x',
  "curl -u me:*** x",
  "curl https://hooks.slack.com/services/T/B/***",
  "curl 'https://open.feishu.cn/open-apis/bot/v2/hook/***'",
  "bash -c 'wandb login ***; python t.py'",
  "cat > ~/.netrc <<EOF\nmachine h login me password ***\nEOF",
])("a command such as %s is refused", (command) => {
  expect(() => parseJobSpec({ ...minimalSpec, command })).toThrow(/command holds \*\*\*/);
});

test.each([
  "echo '*** starting ***'",
  'echo "*** starting ***"',
  "bash -c 'echo \"*** starting ***\"'",
  "echo ****",
  "true # *** starting ***",
  "rsync --include='dir/***' a b",
  "rsync --include dir/*** a b",
  "ls **/*",
  "echo ==***==",
  "cat <<EOF\n*** starting ***\nEOF",
])("a command such as %s means its stars", (command) => {
  expect(parseJobSpec({ ...minimalSpec, command })).toMatchObject({ command });
});

const token = fc.stringMatching(/^[A-Za-z0-9]{20,40}$/);
const secret = fc.oneof(
  token.map((text) => `hf_${text}`),
  token.map((text) => `ghp_${text}`),
  fc.stringMatching(/^[0-9a-f]{40}$/),
  fc.stringMatching(/^[A-Za-z0-9]{40}$/),
  token.map((text) => `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----`),
);
const around = fc.constantFrom(
  "wandb login S && python t.py",
  "echo S | docker login --password-stdin",
  "echo 'S' > key; chmod 600 key",
  'printf "%s" "S" > key',
  "export HF_TOKEN=S; python t.py",
  "python t.py --hub.token=S --lr 1",
  "curl -H 'Authorization: Bearer S' x",
  "curl -u me:S x",
  "curl -H 'X-Auth: S' x",
  "curl https://hooks.slack.com/services/S",
  "git clone https://me:S@host/x.git",
  "bash -c 'wandb login S; python t.py'",
  "python -c \"from hub import login; login('S')\"",
  `echo '{"auth": "S"}' > config.json`,
  "cat > ~/.netrc <<EOF\nmachine h login me password S\nEOF",
);

test("a command that is shown without its secret is refused when it is submitted again", () => {
  fc.assert(
    fc.property(around, secret, (text, held) => {
      const spec = { ...minimalSpec, command: text.replace("S", () => held) };
      const { shown, masked } = maskSpec(spec);
      fc.pre(masked > 0);
      expect(() => parseJobSpec(shown)).toThrow(/holds \*\*\*/);
      expect(parseJobSpec(spec)).toEqual(spec);
    }),
    { numRuns: 500 },
  );
});
