import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { maskSpec } from "../spec/mask-spec.ts";
import { findSecrets, looksSecret, maskSecrets, maskSpans } from "./looks-secret.ts";
import { minimalSpec } from "../spec/spec.fixture.ts";

const hex40 = "8f14e45fceea167a5a36dedd4bea2543f1d2c3b4";
const base64 = "wJ9lrXUt7FEb3K7MdE4GbPxRf2Cy5XaMp1EkE9yQ";

describe("looksSecret", () => {
  it.each([
    ["X", "hf_examplexamplexample"],
    ["X", "ghp_abcdefghijklmnopqrst0123"],
    ["X", "sk-proj-abcdefghijklmnop"],
    ["X", "AKIAIOSFODNN7EXAMPLE"],
    ["X", "LTAI5tExampleExample"],
    ["X", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"],
    ["X", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"],
    ["X", "postgres://user:pass-word@host/db"],
    ["X", "https://:p@ss@host"],
    ["X", "Bearer abcdefghijkl"],
    ["X", hex40],
    ["X", base64],
    ["WANDB_API_KEY", "0123456789abcdef"],
    ["wandbApiKey", "0123456789abcdef"],
    ["KEY", "hunter2hunter2"],
    ["WANDB_KEY", "Correct-horse"],
    ["WANDB_KEY", "qzxvkwjhgfqpzmxnvbtyqkdjrwhglcsf"],
    ["WANDB_API_KEY", "correct-horse"],
    ["ssh_key", "correct-horse"],
    ["PROXY_AUTH", "alice:open-sesame"],
    ["MY_PASSWORD", "abc"],
    ["URL", "https://hooks.slack.com/services/T01/B02/Xabcdefgh"],
    ["URL", "https://open.feishu.cn/open-apis/bot/v2/hook/1b2c3d4e-1111-4111-8111-111111111111"],
    ["URL", "https://oapi.dingtalk.com/robot/send?access_token=0123abcd"],
    ["URL", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx"],
    ["URL", "https://discord.com/api/webhooks/123/abcdef"],
    ["URL", "https://bucket.s3.amazonaws.com/x?a=1&X-Amz-Signature=0123456789"],
    ["DB_PASS", "12345678"],
    ["CLIENT_SECRET_PROD", "a b c"],
    ["GCP_CREDENTIALS", '{"type": "x"}'],
    ["NPM_TOKEN", "aaaaaaaa"],
    ["SESSION_COOKIE", "sid=12345678"],
    ["PGPASSWORD", "Tr0ub4dor-3"],
    ["SSHPASS", "hunter2x9"],
    ["MYSQL_PWD", "s3cr3t"],
  ])("is true of %s=%s", (name, value) => expect(looksSecret(name, value)).toBe(true));

  it.each([
    ["EOS_TOKEN", "<|endoftext|>"],
    ["MAX_TOKENS", "4096000000"],
    ["TOKENIZER", "deepseek-ai/DeepSeek-V3"],
    ["TOKEN_FILE", "/inspire/token"],
    ["HF_TOKEN", "/inspire/hf token".replace(" ", "-")],
    ["HF_TOKEN", "$TOKEN"],
    ["HF_TOKEN", "<your token>"],
    ["HF_TOKEN", "***"],
    ["HF_TOKEN", "{{ matrix.token }}"],
    ["HF_TOKEN", ""],
    ["USE_PASSWORD", "false"],
    ["PWD", "/root"],
    ["PWD", "src"],
    ["OLD_PWD", "src/train"],
    ["RUN_PWD", "$PWD/sub-folder"],
    ["RUN_PWD", "${PWD}/sub-folder"],
    ["HOST_PWD", "/inspire/x"],
    ["NOPASSWORD", "1"],
    ["SORT_KEY", "created_at"],
    ["REJECTED_KEY", "rejected"],
    ["ANSWER_KEYS", "ground_truth,solution"],
    ["COMMIT_SHA", hex40],
    ["RUN_ID", hex40],
    ["IMAGE", `repo@sha256:${hex40}`],
    ["MODEL", "/inspire/hdd/project/demo/Qwen2.5-7B-Instruct-v2"],
    ["MODEL", "/inspire/hdd/global_user/DeepSeekR1DistillQwen7BInstruct"],
    ["EXP", "Llama-3-70B-Instruct-hf-finetune-v2-long-name"],
    ["URL", "http://user:$PASS@proxy:8080"],
    ["URL", "http://host:8080/path@1"],
    ["HASH_SEED", "12345678901234567890123456789012"],
    ["MONKEY", "bananabanana"],
    ["URL", "https://hooks.slack.com/services"],
    ["URL", "https://oapi.dingtalk.com/robot/send?access_token=$TOKEN"],
  ])("is false of %s=%s", (name, value) => expect(looksSecret(name, value)).toBe(false));

  it("knows random values, and not words", () => {
    const isSeen = (encoding: "hex" | "base64" | "base64url") =>
      Array.from({ length: 500 }, () => looksSecret("X", randomBytes(30).toString(encoding)));
    expect(isSeen("hex")).not.toContain(false);
    for (const encoding of ["base64", "base64url"] as const) {
      expect(isSeen(encoding).filter(Boolean).length).toBeGreaterThan(400);
    }
  });
});

describe("findSecrets", () => {
  const mask = (command: string) => maskSpans(command, findSecrets(command));

  it.each([
    ["export HF_TOKEN=abcdefgh; python t.py", "export HF_TOKEN=***; python t.py"],
    ['API_KEY="abc def ghi" run', 'API_KEY="***" run'],
    ["train --wandb-api-key abcdefgh --lr 1", "train --wandb-api-key *** --lr 1"],
    ["train --password='x y'", "train --password='***'"],
    [`wandb login ${hex40}`, "wandb login ***"],
    ["git clone https://bob:pa55@host/x.git", "git clone https://bob:***@host/x.git"],
    ["curl -H 'Authorization: Bearer abcdefghijkl'", "curl -H 'Authorization: Bearer ***'"],
    [`curl -H "X-Api-Key: s3cr3t-0042abc" x`, `curl -H "X-Api-Key: ***" x`],
    [
      "curl --header='Authorization: Bearer s3cr3t-00' x",
      "curl --header='Authorization: Bearer ***' x",
    ],
    ["curl -H'Cookie: sid=12345678' x", "curl -H'Cookie: ***' x"],
    [
      String.raw`bash -c "curl -H \"PRIVATE-TOKEN: s3cr3t-0042\" x"`,
      String.raw`bash -c "curl -H \"PRIVATE-TOKEN: ***\" x"`,
    ],
    ["echo hf_examplexamplexample | login", "echo *** | login"],
    [`docker.sii.example/a/base:v1'${base64}`, "docker.sii.example/a/base:v1'***"],
    [`image"${base64}`, 'image"***'],
    [
      String.raw`bash -c "export DB_PASSWORD=\"hunter2 x9\" && run"`,
      String.raw`bash -c "export DB_PASSWORD=\"***\" && run"`,
    ],
    [String.raw`env 'DB_PASSWORD=it'\''s-hunter2x9' run`, "env 'DB_PASSWORD=***' run"],
    [String.raw`DB_PASSWORD='it'\''s hunter2x9' run`, "DB_PASSWORD='***' run"],
    [`DB_PASSWORD='it'"'"'s hunter2x9' run`, "DB_PASSWORD='***' run"],
    [String.raw`DB_PASSWORD="ab\"hunter2x9" run`, 'DB_PASSWORD="***" run'],
    [String.raw`DB_PASSWORD=ab\ hunter2x9 run`, "DB_PASSWORD=*** run"],
    ["DB_PASSWORD=hunter2x9\\\n  run", "DB_PASSWORD=***\\\n  run"],
    ["sh -c 'DB_PASSWORD=x9 run' 'b'", "sh -c 'DB_PASSWORD=*** run' 'b'"],
    ["env 'DB_PASSWORD=x9' 'B=b'", "env 'DB_PASSWORD=***' 'B=b'"],
    ["run trainer.db.password=hunter2x9 a=1", "run trainer.db.password=*** a=1"],
    ["run --db.password hunter2x9 --a.b 1", "run --db.password *** --a.b 1"],
    ["run +logger.api_key=abcdefgh", "run +logger.api_key=***"],
    ["run --hub.access-token=abcdefgh", "run --hub.access-token=***"],
    [`run --image a/base:v1 ${base64}`, "run --image a/base:v1 ***"],
  ])("masks %s", (command, masked) => expect(mask(command)).toBe(masked));

  it.each([
    `git checkout ${hex40} && make`,
    `docker pull repo@sha256:${hex40}${hex40}`,
    `pip install git+https://host/x@${hex40}`,
    `from_pretrained --revision = ${hex40}`,
    `pip install x==1 --hash sha256:${hex40}`,
    "python t.py --tokenizer /m/Qwen --max-tokens 4096 --eos-token '<|end|>'",
    "torchrun --nproc_per_node=8 --rdzv_endpoint=$MASTER_ADDR:29500 train.py",
    "HF_TOKEN=$(cat /run/token) python t.py",
    "PGPASSWORD=$(cat /run/password) python t.py --password `cat x`",
    'DB_PASSWORD="$(cat "$FILE")" bash -c "DB_PASSWORD=\\$(cat x) python t.py"',
    String.raw`bash -c "HF_TOKEN=\"\$HF_TOKEN\" KEY=\$MY_LONG_KEY python t.py"`,
    "python -m verl data.reward_fn_key=data_source data.prompt_key=question_text",
    `curl -H "Authorization: Bearer $TOKEN" -H "X-Api-Key: $(cat key)" x`,
    "curl -H 'Content-Type: application/json' -H 'X-Request-Id: 8f14e45fceea167a5a36dedd4bea2543' x",
    "train_dpo --chosen_key chosen_text --rejected_key rejected --reward_fn_key data_source",
    "train.py trainer.db.password='${oc.env:DB_PASSWORD}' secrets.provider=environment",
    "train.py model.password_policy.mode=strictest --model.token.type whitespace",
    "train.py data.image_token=placeholder --model.secret.path=/inspire/x",
    "source /inspire/hdd/project/demo/Envs/Py310Torch26Cuda124/bin/activate",
    'DB_PASSWORD="$(cat "$FILE")" run',
  ])("leaves %s as it is", (command) => expect(mask(command)).toBe(command));

  test("masks a password behind what another command prints", () => {
    expect(mask('DB_PASSWORD="$(hostname)-hunter2x9" run')).toBe('DB_PASSWORD="***" run');
  });
});

test("ids of the platform and the words of a path are no secret, by whatever chance", () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), fc.nat(65_535), (job, space, port) => {
      const url = `http://127.0.0.1:${port}/jobs/distributedTrainingDetail/job-${job}?spaceId=ws-${space}`;
      const line = `${url} ${port}/jobs/job-${job} project-${space} LCG-${job.toUpperCase()} A/${space}`;
      expect(maskSecrets(line)).toBe(line);
      expect(looksSecret("X", `Job1/job-${job}`)).toBe(false);
    }),
    { numRuns: 2000 },
  );
});

test("a random part of a path beside an id is a secret still", () => {
  const id = "job-11111111-1111-4111-8111-111111111111";
  expect(maskSecrets(`/jobs/${id}/${base64}/logs`)).toBe(`/jobs/${id}/***/logs`);
});

describe("maskSpec", () => {
  it("puts *** for variables and parts of the command that look secret, and counts them", () => {
    const spec = {
      ...minimalSpec,
      command: "TOKEN=abcdefgh python t.py",
      envs: [
        { name: "WANDB_API_KEY", value: "0123456789abcdef" },
        { name: "A", value: "1" },
      ],
    };
    expect(maskSpec(spec)).toEqual({
      masked: 2,
      shown: {
        ...spec,
        command: "TOKEN=*** python t.py",
        envs: [
          { name: "WANDB_API_KEY", value: "***" },
          { name: "A", value: "1" },
        ],
      },
    });
  });

  it("knows variables as a map, too, and leaves ids alone", () => {
    const spec = { dataset_info: [{ dataset_id: hex40 }], envs: { MY_TOKEN: "abcdefgh", B: "x" } };
    expect(maskSpec(spec)).toEqual({
      masked: 1,
      shown: { ...spec, envs: { MY_TOKEN: "***", B: "x" } },
    });
  });

  it("judges a number by its name, and the value of an entry by the name in it", () => {
    const extra = {
      db: { password: 12345678, port: 12345678 },
      sidecar: { env: [{ name: "DB_PASSWORD", value: "hunter2x9" }] },
      labels: [{ name: "MODE", value: "hunter2x9" }],
    };
    expect(maskSpec({ extra })).toEqual({
      masked: 2,
      shown: {
        extra: {
          ...extra,
          db: { password: "***", port: 12345678 },
          sidecar: { env: [{ name: "DB_PASSWORD", value: "***" }] },
        },
      },
    });
  });

  it("hides what else is secret, and a number that is no more than that", () => {
    const hide = (text: string) => text.replaceAll("12345", "***");
    expect(maskSpec({ a: 12345, b: 123456, c: "x-12345" }, hide)).toEqual({
      masked: 2,
      shown: { a: "***", b: 123456, c: "x-***" },
    });
  });
});
