'use strict';
(() => {
  const svg = document.querySelector('svg.ng');
  const view = document.getElementById('view');
  const panel = document.getElementById('told');
  const field = document.getElementById('search');
  const count = document.getElementById('count');
  const nodes = [...svg.querySelectorAll('.node')];
  const edges = [...svg.querySelectorAll('.edge')];
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const edgesOf = new Map(nodes.map((node) => [node.id, []]));
  for (const edge of edges) {
    for (const id of new Set([edge.dataset.a, edge.dataset.b])) edgesOf.get(id)?.push(edge);
  }
  const told = (element) => element.querySelector('title').textContent.split('\n');
  const name = (node) => told(node)[0];
  const place = (node) => {
    const box = node.querySelector('.box');
    const get = (attribute) => Number(box.getAttribute(attribute));
    return { x: get('x') + get('width') / 2, y: get('y') + get('height') / 2, w: get('width'), h: get('height') };
  };

  // What is in view: its centre in the picture, and how many pixels a unit of the picture has.
  const whole = { w: Number(svg.getAttribute('width')), h: Number(svg.getAttribute('height')) };
  const at = { x: whole.w / 2, y: whole.h / 2, scale: 1 };
  document.documentElement.classList.add('live');
  const size = () => ({ w: view.clientWidth || 1, h: view.clientHeight || 1 });
  const fitting = () => Math.min(size().w / whole.w, size().h / whole.h);
  const draw = () => {
    const { w, h } = size();
    at.scale = Math.min(8, Math.max(Math.min(1, fitting()) / 2, at.scale));
    at.x = Math.min(whole.w, Math.max(0, at.x));
    at.y = Math.min(whole.h, Math.max(0, at.y));
    const [vw, vh] = [w / at.scale, h / at.scale];
    svg.setAttribute('viewBox', [at.x - vw / 2, at.y - vh / 2, vw, vh].map((n) => n.toFixed(2)).join(' '));
  };
  const fit = () => {
    Object.assign(at, { x: whole.w / 2, y: whole.h / 2, scale: Math.min(1.5, fitting()) });
    draw();
  };
  const pan = (dx, dy) => {
    at.x += dx / at.scale;
    at.y += dy / at.scale;
    draw();
  };
  // Zooms, and keeps what is under a place of the view there.
  const zoom = (by, px = size().w / 2, py = size().h / 2) => {
    const before = at.scale;
    const [dx, dy] = [px - size().w / 2, py - size().h / 2];
    at.scale *= by;
    draw();
    at.x += dx / before - dx / at.scale;
    at.y += dy / before - dy / at.scale;
    draw();
  };
  const centre = (node) => {
    const { x, y } = place(node);
    Object.assign(at, { x, y, scale: Math.max(at.scale, 1) });
    draw();
  };

  // Centres a node if it is not well in view.
  const reveal = (node) => {
    const { x, y } = place(node);
    const { w, h } = size();
    if (at.scale < 0.6 || Math.abs(x - at.x) * at.scale > w * 0.4 || Math.abs(y - at.y) * at.scale > h * 0.4) centre(node);
  };

  const make = (tag, text) => {
    const element = document.createElement(tag);
    element.textContent = text;
    return element;
  };
  const tell = (element) => {
    const [first, ...rest] = told(element);
    const list = document.createElement('dl');
    for (const line of rest) {
      const colon = line.indexOf(': ');
      list.append(make('dt', colon > 0 ? line.slice(0, colon) : ''), make('dd', line.slice(colon > 0 ? colon + 2 : 0)));
    }
    panel.replaceChildren(make('h2', first), list);
    if (!element.matches('.node')) return;
    const hooks = document.createElement('ul');
    for (const edge of edgesOf.get(element.id)) {
      const other = edge.dataset.a === element.id ? edge.dataset.b : edge.dataset.a;
      const button = make('button', told(edge).join('\n'));
      button.type = 'button';
      button.addEventListener('click', () => { select(byId.get(other)); reveal(byId.get(other)); });
      const item = document.createElement('li');
      item.append(button);
      hooks.append(item);
    }
    panel.append(hooks);
  };

  let chosen = null;
  const select = (element) => {
    svg.querySelectorAll('.on').forEach((other) => other.classList.remove('on'));
    chosen = element;
    if (!element) {
      panel.replaceChildren(make('p', 'Point at something, or walk with the keys.'));
      return;
    }
    element.classList.add('on');
    if (element.matches('.node')) edgesOf.get(element.id).forEach((edge) => edge.classList.add('on'));
    tell(element);
  };
  // Goes to the nearest node in a direction; what is straight ahead is nearer.
  const walk = (dx, dy) => {
    const from = chosen?.matches('.node') ? place(chosen) : at;
    let best = null;
    for (const node of nodes) {
      if (node === chosen) continue;
      const to = place(node);
      const [x, y] = [to.x - from.x, to.y - from.y];
      const ahead = x * dx + y * dy;
      const aside = Math.abs(x * dy) + Math.abs(y * dx);
      const distance = ahead + 3 * aside;
      if ((ahead > 1 || !chosen) && (!best || distance < best.distance)) best = { node, distance };
    }
    if (!best) return;
    select(best.node);
    reveal(best.node);
  };

  let hits = [];
  let hit = -1;
  const search = () => {
    const wanted = field.value.trim().toLowerCase();
    hits = wanted ? nodes.filter((node) => told(node).join('\n').toLowerCase().includes(wanted)) : [];
    hit = -1;
    svg.classList.toggle('search', wanted !== '');
    nodes.forEach((node) => node.classList.remove('hit'));
    hits.forEach((node) => node.classList.add('hit'));
    count.textContent = wanted ? `${hits.length} found` : '';
  };
  const next = (step) => {
    if (!hits.length) return;
    hit = (hit + step + hits.length) % hits.length;
    count.textContent = `${hit + 1} of ${hits.length}`;
    select(hits[hit]);
    reveal(hits[hit]);
  };

  field.addEventListener('input', search);
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') next(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') { field.value = ''; search(); view.focus(); } else return;
    event.preventDefault();
  });
  const keys = {
    '+': () => zoom(1.25), '=': () => zoom(1.25), '-': () => zoom(0.8), '0': fit, 'f': fit,
    'n': () => next(1), 'p': () => next(-1), '/': () => field.focus(),
    'Enter': () => chosen?.matches('.node') && centre(chosen), 'Escape': () => select(null),
  };
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.('input,button')) return;
    const way = ways[event.key];
    if (way && event.shiftKey) pan(way[0] * 80, way[1] * 80);
    else if (way) walk(...way);
    else if (Object.hasOwn(keys, event.key)) keys[event.key]();
    else return;
    event.preventDefault();
  });
  for (const [id, act] of [['in', () => zoom(1.25)], ['out', () => zoom(0.8)], ['fit', fit]]) {
    document.getElementById(id).addEventListener('click', act);
  }

  const local = (event) => {
    const box = view.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  view.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), ...local(event));
  }, { passive: false });
  const fingers = new Map();
  let moved = 0;
  view.addEventListener('pointerdown', (event) => {
    fingers.set(event.pointerId, local(event));
    moved = 0;
  });
  view.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = local(event);
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
    if (others.length) {
      const far = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) || 1;
      zoom(far(now, others[0]) / far(before, others[0]), ...others[0]);
    } else {
      moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
      if (moved > 4) {
        view.setPointerCapture(event.pointerId);
        view.classList.add('drag');
        pan(before[0] - now[0], before[1] - now[1]);
      }
    }
    fingers.set(event.pointerId, now);
  });
  for (const end of ['pointerup', 'pointercancel']) {
    view.addEventListener(end, (event) => {
      fingers.delete(event.pointerId);
      view.classList.remove('drag');
    });
  }
  const under = (event) => event.target.closest('.node,.edge,.cluster');
  view.addEventListener('click', (event) => { if (moved <= 4) select(under(event)); });
  view.addEventListener('mouseover', (event) => {
    const element = under(event);
    if (element) tell(element);
    else if (chosen) tell(chosen);
  });
  addEventListener('resize', draw);
  // #n3 chooses a node, #search=vj1 searches.
  const follow = () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    if (hash.startsWith('search=')) {
      field.value = hash.slice(7);
      search();
      next(1);
    } else if (byId.has(hash)) {
      select(byId.get(hash));
      reveal(byId.get(hash));
    }
  };
  addEventListener('hashchange', follow);
  select(null);
  fit();
  follow();
})();
