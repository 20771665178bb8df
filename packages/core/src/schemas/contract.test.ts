import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { type Facts, toPageFacts, toSchemaFacts } from "./contract-facts.fixture.ts";
import { specSchemas } from "./job-spec.ts";
import { pageSchemas } from "./page.fixture.ts";

const fixture: Facts = readJson(new URL("page-facts.json", import.meta.url));
const pageFile = new URL("../../../../../shared/spec/qizhi-openapi.json", import.meta.url);

function readJson(file: URL) {
  return JSON.parse(readFileSync(file, "utf8"));
}

// Two models stand in requests and in answers: strict there, loose here.
const requestForms = {
  "request train.DatasetInfo": specSchemas().dataset,
  "request train.Env": specSchemas().env,
};

// All that is meant to differ from the page, each for a reason.
const deviations: Facts = {
  // Accepted and, with fault tolerance, needed; the page leaves them out (wire 2.1).
  "pkg_openapi_controller_train.JobOpenapi": {
    dataset_info: "request train.DatasetInfo[]",
    envs: "request train.Env[]",
    fault_tolerance_max_retry: "integer",
    fault_tolerance_retry_interval_sec: "integer",
  },
  // The wire sends LOW, NORMAL, HIGH too (wire 3.4).
  "project.ProjectPriority": "integer(0|1|2) or string",
  // The page has plain text; these are its only values (wire 3.5).
  "train.FrameworkConfigOpenAPI": {
    image_type: "string(SOURCE_OFFICIAL|SOURCE_PUBLIC|SOURCE_PRIVATE)",
  },
};

function expectedFacts(): Facts {
  const facts: Facts = { ...fixture };
  for (const [name, change] of Object.entries(deviations)) {
    const model = facts[name];
    const isFields = typeof change === "object" && typeof model === "object";
    facts[name] = isFields ? { ...model, ...change } : change;
  }
  for (const name of Object.keys(requestForms)) {
    const model = fixture[name.replace("request ", "")];
    if (model !== undefined) facts[name] = model;
  }
  return facts;
}

const models: Record<string, z.core.$ZodType> = { ...pageSchemas, ...requestForms };

describe("the schemas", () => {
  it("have the models, fields, types, references and enumerations of the page", () => {
    expect(toSchemaFacts(models)).toEqual(expectedFacts());
  });

  it("are 24 models with 140 fields on the page", () => {
    expect(Object.keys(fixture)).toHaveLength(24);
    const fields = Object.values(fixture).filter((model) => typeof model === "object");
    expect(fields.flatMap((model) => Object.keys(model))).toHaveLength(140);
  });

  it.skipIf(!existsSync(pageFile))("are held against the page itself where it is at hand", () => {
    expect(toPageFacts(readJson(pageFile))).toEqual(fixture);
  });
});

describe("the contract test", () => {
  const objects = Object.entries(models).filter(
    (entry): entry is [string, z.ZodMiniObject] => entry[1] instanceof z.ZodMiniObject,
  );

  function factsWith(name: string, shape: z.core.$ZodShape): Facts {
    return toSchemaFacts({ ...models, [name]: z.object(shape) });
  }

  it.each(objects)("notices a field of %s that is missing, renamed or retyped", (name, schema) => {
    const expected = expectedFacts();
    for (const [field, type] of Object.entries(schema.shape)) {
      const { [field]: _removed, ...rest } = schema.shape;
      expect(factsWith(name, rest)[name], field).not.toEqual(expected[name]);
      expect(factsWith(name, { ...rest, [`${field}_`]: type })[name]).not.toEqual(expected[name]);
      expect(factsWith(name, { ...rest, [field]: z.null() })[name]).not.toEqual(expected[name]);
    }
    expect(factsWith(name, schema.shape)[name]).toEqual(expected[name]);
  });

  it("notices a model or a value of an enumeration that is missing", () => {
    const { "train.Timeline": _timeline, ...rest } = models;
    expect(toSchemaFacts(rest)).not.toEqual(expectedFacts());
    const shorter = { ...models, "user.GlobalRole": z.literal([0, 1]) };
    expect(toSchemaFacts(shorter)["user.GlobalRole"]).not.toEqual(
      expectedFacts()["user.GlobalRole"],
    );
  });
});
