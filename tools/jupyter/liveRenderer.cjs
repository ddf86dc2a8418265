/**
 * @file Live figures in JupyterLab: what follows their script in the extension that the setup installs. It is a federated module as a
 * bundler would write it: a container whose one module is the plugin, and which takes Lumino from JupyterLab.
 */
(() => {
  const MIME = "application/vnd.cotlab.live+json";
  let scope;
  const shared = async (name) => (await Object.values(scope[name])[0].get())();
  const container = {
    init(own) {
      scope = own;
    },
    async get() {
      const { Widget } = await shared("@lumino/widgets");
      class LiveFigure extends Widget {
        async renderModel({ data }) {
          // The address of JupyterLab says which file is open; settings have no place in it.
          globalThis.cotlabLive.mount(this.node, data[MIME], { links: false });
        }
      }
      const rendererFactory = { safe: true, mimeTypes: [MIME], createRenderer: () => new LiveFigure() };
      const plugin = { id: "cotlab-live:renderer", rendererFactory, rank: 0, dataType: "json" };
      return () => ({ __esModule: true, default: plugin });
    },
  };
  globalThis._JUPYTERLAB ??= {};
  globalThis._JUPYTERLAB["cotlab-live"] = container;
})();
