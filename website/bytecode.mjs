// Makes the bytecode of all that a notebook imports, with the very Python of the page:
//     node website/bytecode.mjs FOLDER_OF_PYODIDE ZIP_TO_WRITE
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, written] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const pyodide = await loadPyodide({ indexURL: `${folder}/`, env: { HOME: "/home/pyodide" } });
const { packages } = JSON.parse(readFileSync(`${folder}/pyodide-lock.json`, "utf8"));
await pyodide.loadPackage(Object.keys(packages), { messageCallback: () => {} });
pyodide.runPython(readFileSync(new URL("bytecode.py", import.meta.url), "utf8"));
writeFileSync(written, pyodide.runPython("bytecode_of_all_imports()").toJs());
