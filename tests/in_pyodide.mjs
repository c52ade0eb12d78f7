// Runs the tests in Pyodide, the Python of a page, under Node:
//     node tests/in_pyodide.mjs FOLDER_OF_PYODIDE FOLDER_OF_PYTEST [arguments of pytest ...]
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const [pyodideFolder, pytestFolder, ...wanted] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodideFolder}/pyodide.mjs`).href);
const env = { HOME: "/home/pyodide", MPLBACKEND: "agg", PYTHONDONTWRITEBYTECODE: "1" };
const pyodide = await loadPyodide({ indexURL: `${pyodideFolder}/`, env });

// The very packages of the site, but the course itself as it stands in this folder.
const { packages } = JSON.parse(readFileSync(`${pyodideFolder}/pyodide-lock.json`, "utf8"));
const others = Object.keys(packages).filter((name) => name !== "pancytopenia-course");
await pyodide.loadPackage(others, { messageCallback: () => {} });
pyodide.FS.mkdirTree("/drive"); // where a page keeps what is to stay
const folders = { "/course": fileURLToPath(new URL("..", import.meta.url)), "/pytest": pytestFolder };
for (const [place, folder] of Object.entries(folders)) {
  pyodide.FS.mkdirTree(place);
  pyodide.mountNodeFS(place, folder);
}
pyodide.runPython(`
import os, sys
os.chdir("/course")
sys.path[:0] = ["/course", "/course/tests", "/pytest"]
`);
process.exitCode = pyodide.pyimport("inside_pyodide").run(wanted);
