// The families that were not there at once, see src/fleet/html/rest.rs.
const takeRest = async (list, packed) => {
  try {
    const binary = atob(packed.textContent);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
    const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const lines = (await new Response(text).text()).split("\n");
    const parsed = document.createElement("template");
    parsed.innerHTML = lines.filter((_, number) => number % 2 === 0).join("");
    [...parsed.content.children].forEach((row, number) => series.set(row, lines[2 * number + 1]));
    list.append(parsed.content);
  } catch {
    // An older browser reads what is there without scripts.
    list.insertAdjacentHTML("afterend", ui("plain").textContent);
  }
  packed.remove();
};
