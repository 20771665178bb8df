const scalar = { type: ["string", "number", "boolean"] };
const names = "^[A-Za-z_][A-Za-z0-9_-]*$";
const entries = {
  type: "array",
  items: { type: "object", additionalProperties: scalar },
};

/** The JSON Schema of `matrix`, which makes a job spec a sweep. */
export const matrixSchema = {
  type: "object",
  description:
    "Makes the spec a sweep: one run for each combination of the values. {{ matrix.NAME }} in a text stands for the value.",
  properties: {
    include: { ...entries, description: "Runs besides the combinations; each gives every value." },
    exclude: { ...entries, description: "Combinations to leave out: all that have these values." },
    sample: {
      description: "Takes so many of the combinations; the same seed takes the same ones.",
      anyOf: [
        { type: "integer", minimum: 1 },
        {
          type: "object",
          properties: {
            runs: { type: "integer", minimum: 1 },
            seed: { type: "integer", minimum: 0 },
          },
          required: ["runs"],
          additionalProperties: false,
        },
      ],
    },
  },
  patternProperties: {
    [`^(?!include$|exclude$|sample$)${names.slice(1)}`]: {
      type: "array",
      items: scalar,
      minItems: 1,
    },
  },
  additionalProperties: false,
};

/** A text with a variable of the matrix. */
export const templateSchema = { type: "string", pattern: String.raw`\{\{\s*matrix\s*\.` };

/** Lets {@link templateSchema} stand where a number, a flag or a certain text is wanted. */
export function allowTemplates(properties: unknown): void {
  for (const field of Object.values(Object(properties))) {
    const { description, examples, ...rest }: Record<string, unknown> = Object(field);
    const isPlainText = rest["type"] === "string" && !("pattern" in rest) && !("enum" in rest);
    const holdsMore = rest["type"] === "array" || JSON.stringify(rest).includes('"items"');
    if (isPlainText || holdsMore) continue;
    for (const key of Object.keys(rest)) Reflect.deleteProperty(Object(field), key);
    const either = Array.isArray(rest["anyOf"]) ? rest["anyOf"] : [rest];
    const anyOf = [...either, { $ref: "#/$defs/template" }];
    const notes = { ...(description !== undefined && { description }) };
    Object.assign(Object(field), notes, examples !== undefined && { examples }, { anyOf });
  }
}
