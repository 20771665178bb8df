import jobSpecSchema from "@qizhi/core/job-spec.schema.json" with { type: "json" };

/** The JSON Schema of a job spec, as editors and `qizhi schema` use it. */
export const specSchema: object = jobSpecSchema;
