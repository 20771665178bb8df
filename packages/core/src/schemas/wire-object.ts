import * as z from "zod/mini";

/**
 * Lets what the wire usually sends pass at once. A union alone tries its alternatives in turn, with an
 * object for each: a third of the time for a full detail (measured).
 */
export function usually<Schema extends z.ZodMiniType>(
  isUsual: (value: unknown) => boolean,
  make: () => Schema,
): z.ZodMiniLazy<Schema> {
  const schema = z.lazy(make);
  const { run } = schema._zod;
  schema._zod.run = (payload, context) =>
    isUsual(payload.value) ? payload : run(payload, context);
  return schema;
}

/**
 * `z.looseObject` for an object of the wire, whose fields are all optional. It looks at the fields that
 * are there, and gives the object itself where none has to change; anything unusual goes the way of zod,
 * which copies it and goes through all fields one by one (30 µs for a full detail against 6, measured).
 */
export function wireObject<Shape extends z.core.$ZodLooseShape>(
  makeShape: () => Shape,
): z.ZodMiniObject<Shape, z.core.$loose> {
  const schema: z.ZodMiniObject<Shape, z.core.$loose> = makeObject(makeShape, z.unknown());
  const { run } = schema._zod;
  let fields: Map<string, z.core.$ZodType> | undefined;
  schema._zod.run = (payload, context) => {
    const input: unknown = payload.value;
    if (!isPlainObject(input)) return run(payload, context);
    fields ??= new Map(Object.entries(schema.shape).map(toEntry));
    let output = input;
    for (const key in input) {
      const field = fields.get(key);
      if (field === undefined) {
        if (key === "__proto__") return run(payload, context);
        continue;
      }
      const before = input[key];
      const after = field._zod.run({ value: before, issues: [] }, context);
      if (after instanceof Promise || after.issues.length > 0) return run(payload, context);
      if (after.value === before) continue;
      if (output === input) output = { ...input };
      output[key] = after.value;
    }
    payload.value = output;
    return payload;
  };
  return schema;
}

/** `z.strictObject` whose fields are made when they are first needed. */
export function requestObject<Shape extends z.core.$ZodLooseShape>(
  makeShape: () => Shape,
): z.ZodMiniObject<Shape, z.core.$strict> {
  return makeObject(makeShape, z.never());
}

function makeObject<Shape extends z.core.$ZodLooseShape, Config extends z.core.$ZodObjectConfig>(
  makeShape: () => Shape,
  catchall: z.ZodMiniType,
): z.ZodMiniObject<Shape, Config> {
  let shape: Shape | undefined;
  const schema = new z.ZodMiniObject({
    type: "object",
    get shape() {
      return (shape ??= makeShape());
    },
    catchall,
  });
  // The class takes no type arguments, so that its shape has to be told.
  return schema as unknown as z.ZodMiniObject<Shape, Config>;
}

/** `z.array` for the wire; gives the array itself where none of its members has to change. */
export function wireArray<Member extends z.core.$ZodType>(member: Member) {
  const schema = z.array(member);
  const { run } = schema._zod;
  schema._zod.run = (payload, context) => {
    const input: unknown = payload.value;
    if (!Array.isArray(input)) return run(payload, context);
    let output = input;
    for (const [index, value] of input.entries()) {
      const after = member._zod.run({ value, issues: [] }, context);
      if (after instanceof Promise || after.issues.length > 0) return run(payload, context);
      if (after.value === value) continue;
      if (output === input) output = [...input];
      output[index] = after.value;
    }
    payload.value = output;
    return payload;
  };
  return schema;
}

/** A field that is there, so that it need not be optional. */
function toEntry([key, field]: [string, z.core.$ZodType]): [string, z.core.$ZodType] {
  return [key, field instanceof z.ZodMiniOptional ? field._zod.def.innerType : field];
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}
