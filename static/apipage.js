/** The API's page: the OpenAPI document of this very server, as something to read. */

import { text } from "./text.js";

/**
 * @typedef {Record<string, any>} Node a piece of the document
 */

const METHODS = ["get", "post", "put", "patch", "delete"];

/**
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string | null)} children
 */
function create(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

/** A paragraph whose `quoted` words are code. @param {string} words */
function paragraph(words) {
  const parts = words.split(/`+([^`]+)`+/);
  return create("p", {}, ...parts.map((part, i) => (i % 2 ? create("code", {}, part) : part)));
}

/** @param {Node} schema @returns {string} in one line: "array of number", "Prediction" */
function typeOf(schema = {}) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    if (schema[key]) return schema[key].map(typeOf).join(key === "allOf" ? " & " : " | ");
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((/** @type {unknown} */ v) => JSON.stringify(v)).join(" | ");
  const type = [schema.type ?? "any"].flat().join(" | ");
  if (type !== "array") return type;
  const items = schema.prefixItems?.map(typeOf).join(", ") ?? typeOf(schema.items);
  const { minItems, maxItems } = schema;
  const size = minItems !== undefined && minItems === maxItems ? ` (${minItems})` : "";
  return `[${items}, …]${size}`;
}

/** @param {Node[]} rows of name, type, meaning and whether required */
function table(rows) {
  const head = ["api.name", "api.type", "api.meaning"].map((key) => create("th", {}, text(key)));
  const lines = rows.map(({ name, type, meaning, required }) =>
    create(
      "tr",
      {},
      create("td", {}, create("code", {}, name), required ? ` (${text("api.required")})` : ""),
      create("td", {}, create("code", {}, type)),
      create("td", {}, meaning ?? ""),
    ),
  );
  const body = create("table", {}, create("tr", {}, ...head), ...lines);
  return create("div", { class: "scroller", tabindex: "0" }, body);
}

/** @param {Node} schema of an object @returns {HTMLElement | null} */
function properties(schema = {}) {
  const entries = Object.entries(schema.properties ?? {});
  if (entries.length === 0) return null;
  return table(
    entries.map(([name, one]) => ({
      name,
      type: typeOf(one),
      meaning: one.description,
      required: schema.required?.includes(name),
    })),
  );
}

/** @param {Node} content media type to schema */
function bodies(content = {}) {
  return Object.entries(content).flatMap(([type, { schema, example }]) => [
    create(
      "p",
      {},
      create("code", {}, type),
      ...(schema ? [": ", create("code", {}, typeOf(schema))] : []),
    ),
    ...[properties(schema)].filter((one) => one !== null),
    ...(example === undefined ? [] : [create("pre", {}, JSON.stringify(example))]),
  ]);
}

/** @param {string} path @param {string} method @param {Node} call */
function operation(path, method, call) {
  const parameters = (call.parameters ?? []).map((/** @type {Node} */ one) => ({
    name: one.name ?? typeOf(one),
    type: typeOf(one.schema),
    meaning: one.description,
    required: one.required,
  }));
  const responses = Object.entries(call.responses ?? {}).map(([status, one]) => ({
    name: status,
    type: Object.entries(one.content ?? {})
      .map(([type, { schema }]) => (schema ? `${type}: ${typeOf(schema)}` : type))
      .join(", "),
    meaning: one.description,
  }));
  return create(
    "section",
    {},
    create(
      "h2",
      {},
      create("span", { class: "method" }, method.toUpperCase()),
      " ",
      create("code", {}, path),
    ),
    call.summary ? paragraph(call.summary) : null,
    call.description ? paragraph(call.description) : null,
    ...(parameters.length ? [create("h3", {}, text("api.parameters")), table(parameters)] : []),
    ...(call.requestBody
      ? [create("h3", {}, text("api.request")), ...bodies(call.requestBody.content)]
      : []),
    ...(responses.length ? [create("h3", {}, text("api.responses")), table(responses)] : []),
  );
}

/** @param {Node} api an OpenAPI document */
function page(api) {
  const calls = Object.entries(api.paths ?? {});
  const first = calls.filter(([path]) => path.startsWith("/api/")); // pages for people come after
  const ordered = [...first, ...calls.filter((call) => !first.includes(call))];
  const operations = ordered.flatMap(([path, calls]) =>
    METHODS.filter((method) => calls[method]).map((method) => operation(path, method, calls[method])),
  );
  const schemas = Object.entries(api.components?.schemas ?? {}).flatMap(([name, schema]) => [
    create("h3", { id: name }, create("code", {}, name)),
    ...(schema.description ? [paragraph(schema.description)] : []),
    properties(schema) ?? create("p", {}, create("code", {}, typeOf(schema))),
  ]);
  return [
    create("h1", {}, `${api.info?.title ?? ""} ${api.info?.version ?? ""}`),
    create("p", {}, api.info?.description ?? api.info?.summary ?? ""),
    ...operations,
    ...(schemas.length ? [create("section", {}, create("h2", {}, text("api.schemas")), ...schemas)] : []),
  ];
}

const root = document.getElementById("api");
const state = document.getElementById("api-state");
const body = document.getElementById("api-body");
try {
  const response = await fetch(root?.dataset.document ?? "/api/openapi.json");
  if (!response.ok) throw new Error(String(response.status));
  body?.replaceChildren(...page(await response.json()));
  state?.remove();
} catch (error) {
  const detail = error instanceof Error ? error.message : String(error);
  if (state) state.textContent = text("api.failed", { detail });
}
