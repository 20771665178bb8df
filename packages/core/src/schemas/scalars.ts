import * as z from "zod/mini";
import { once } from "./once.ts";

const toNumber = () => z.pipe(z.string().check(z.regex(/^-?\d+(\.\d+)?$/)), z.transform(Number));

/** The forms of {@link wireInteger}, for a union of more. */
export const integerForms = once(() => [z.int(), z.pipe(toNumber(), z.int())] as const);

/** A whole number that the wire sends as a number or as numeric text (wire 2.2). */
export const wireInteger = once(() => z.union(integerForms()));

/** A number that the wire sends as a number or as numeric text (wire 2.2). */
export const wireNumber = once(() => z.union([z.number(), z.pipe(toNumber(), z.number())]));

/** Text; a number in its place is kept as its text, because ids and times change form (wire 2.2). */
export const wireText = once(() =>
  z.union([z.string(), z.pipe(z.pipe(z.number(), z.transform(String)), z.string())]),
);

const toFlag = () =>
  z.pipe(
    z.enum(["true", "false"]),
    z.transform((text) => text === "true"),
  );

/** A flag that the wire may send as a boolean or as the text `true` or `false`. */
export const wireBoolean = once(() => z.union([z.boolean(), z.pipe(toFlag(), z.boolean())]));

/** An enumeration of whole numbers whose unknown values are kept (the page's enums are not closed). */
export function openEnum<const Values extends readonly number[]>(values: Values) {
  return once(() => z.union([z.literal(values), ...integerForms()]));
}

/** An object of the wire: each known field may be absent, and fields that are not known are kept. */
export function wireObject<Fields extends z.core.$ZodShape>(toFields: () => Fields) {
  return once(() => z.partial(z.looseObject(toFields())));
}

/** A schema for each field of a written type: none is missing, and there is none too many. */
export type FieldsOf<Type> = { readonly [Field in keyof Type]-?: z.ZodMiniType<Type[Field]> };
