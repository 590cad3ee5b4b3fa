// Loads plotly.js once a page, from the route of the app, and keeps it to itself: the global name stays as it was.

let loading;

/** Promise of the Plotly object; `path` is relative to the app's root. */
export function loadPlotly(path) {
  loading ??= new Promise((resolve, reject) => {
    const before = window.Plotly;
    const script = document.createElement("script");
    script.src = rootOfApp() + path;
    script.onload = () => {
      const loaded = window.Plotly;
      if (before === undefined) delete window.Plotly;
      else window.Plotly = before;
      if (loaded) resolve(loaded);
      else reject(new Error(`${script.src} is not plotly.js`));
    };
    script.onerror = () => {
      loading = undefined;
      script.remove();
      reject(new Error(`${script.src} could not be loaded`));
    };
    document.head.append(script);
  });
  return loading;
}

// Components are served from <root>/_stcore/..., also behind a base path.
const rootOfApp = () => import.meta.url.slice(0, import.meta.url.indexOf("_stcore/"));
