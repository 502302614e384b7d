// Reads each BPMN file of a folder with bpmn-moddle, and prints its warnings by file.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BpmnModdle } from "bpmn-moddle";

const [folder] = process.argv.slice(2);
const said = {};
for (const file of await readdir(folder)) {
  try {
    const { warnings } = await new BpmnModdle().fromXML(await readFile(join(folder, file), "utf8"));
    said[file] = warnings.map((w) => w.message);
  } catch (err) {
    said[file] = [err.message];
  }
}
console.log(JSON.stringify(said));
