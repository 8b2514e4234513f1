// Writes the C# client: node generate.mjs <openapi.json> <client.cs>
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const [documentFile, clientFile] = process.argv.slice(2);
const generator = "node_modules/nswag/bin/binaries/Net100/dotnet-nswag.dll";
const list = "System.Collections.Generic.List";
const asCsv = "#csv";

const selected = clientFile + ".openapi.json";
writeFileSync(selected, JSON.stringify(select(JSON.parse(readFileSync(documentFile, "utf8")))));
execFileSync("dotnet", [
  generator, "openapi2csclient", `/input:${selected}`, `/output:${clientFile}`,
  "/namespace:SaasLlm.Client", "/className:SaasLlmClient", "/operationGenerationMode:SingleClientFromOperationId",
  "/jsonLibrary:SystemTextJson", "/jsonLibraryVersion:10.0", "/useBaseUrl:false", "/disposeHttpClient:false",
  "/generateExceptionClasses:false", "/exceptionClass:ApiException", "/generateDataAnnotations:false",
  "/generateNullableReferenceTypes:true", "/generateOptionalPropertiesAsNullable:true", "/generateOptionalParameters:true",
  `/arrayType:${list}`, `/arrayInstanceType:${list}`, `/arrayBaseType:${list}`, `/responseArrayType:${list}`,
  "/parameterDateTimeFormat:o", "/excludedTypeNames:JsonElement", "/additionalNamespaceUsages:System.Text.Json",
], { stdio: "inherit" });
writeFileSync(clientFile, polish(readFileSync(clientFile, "utf8")));

// Leaves out what a typed client cannot serve: answers that are not this service's own JSON (streams, and what OpenAI's and
// Anthropic's clients read), signing in, which SaasLlmClient.SignInAsync does, the LLM API's second address, and what POST does
// as well. Refusals all have one form, which ApiException reads.
function select(document) {
  const bodies = new Set();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const answer = operation.responses["200"].content?.["application/json"]?.schema;
      const isAnother = path.startsWith("/api/v1/llm/") || operation.operationId === "signIn" || operation.operationId.endsWith("ByPut");
      if (!answer || answer.type === "string" || isAnother) {
        delete methods[method];
        continue;
      }

      operation.responses = { 200: operation.responses["200"] };
      takeFile(operation.requestBody?.content);
      bodies.add(operation.requestBody?.content["application/json"]?.schema.$ref?.split("/").pop());
      if (operation.responses["200"].content["text/csv"])
        document.paths[path + asCsv] = { get: csvOf(operation) };
    }
  }

  for (const [name, schema] of Object.entries(document.components.schemas)) {
    typeAnything(schema.properties ?? {}, bodies.has(name));

    // A member that a newer service adds is passed over, not collected; what the model takes beyond the listed members is passed on.
    if (schema.properties)
      schema.additionalProperties ??= name === "LlmCallBody" || name === "CreateAndCallBody";
  }

  delete document.components.schemas.Problem;
  delete document.webhooks;
  return document;
}

// A body that is not JSON is a file of the first type that is taken.
function takeFile(content) {
  if (!content || content["application/json"])
    return;
  const [type] = Object.keys(content);
  for (const other of Object.keys(content))
    delete content[other];
  content[type] = { schema: { type: "string", format: "binary" } };
}

// The same answer as a table, all of it: a method of its own, under a path of its own until the code is written.
function csvOf(operation) {
  const parameters = operation.parameters ?? [];
  const isPaged = parameters.some(parameter => parameter.name === "cursor");
  delete operation.responses["200"].content["text/csv"];
  return {
    ...operation,
    operationId: operation.operationId + "Csv",
    summary: operation.summary + ", as CSV",
    parameters: isPaged ? parameters.filter(parameter => parameter.name !== "limit" && parameter.name !== "cursor") : parameters,
    responses: { 200: { description: "OK", content: { "text/csv": { schema: { type: "string", format: "binary" } } } } },
  };
}

// JSON that is sent may be made of any object; JSON that is received is a JsonElement.
function typeAnything(members, isSent) {
  const element = { $ref: "#/components/schemas/JsonElement" };
  for (const [name, member] of Object.entries(members)) {
    if (isSent && JSON.stringify(member).includes("schemas/JsonElement"))
      members[name] = { description: member.description };
    else if (!isSent && member.items?.type === "object" && !member.items.properties)
      member.items = element;
  }
}

// The names of C# for those of JSON, except in literals and comments; and an idempotency key for each call that takes one.
function polish(code) {
  const parts = /(?<!\/)\/\/(?!\/ <param).*|(?<!<param name=)"(?:[^"\\\n]|\\.)*"|\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b/g;
  const named = code.replace(parts, part => ["/", '"'].includes(part[0]) ? part : part.replace(/_([A-Za-z0-9])/g, (_, first) => first.toUpperCase()));
  const optional = "if (idempotencyKey != null)";
  if (!named.includes(optional))
    throw new Error(`The generator no longer writes "${optional}".`);
  return named.replaceAll(optional, "idempotencyKey ??= NewIdempotencyKey();").replaceAll(asCsv + '"', '"');
}
