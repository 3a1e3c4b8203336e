// The map of the workbench. A page says what should be seen (layers by address, the chosen thing, the extent);
// `show` changes only what differs, so that choosing, filtering and paging neither reload the map nor close a popup.
// All words and names arrive as data and are written as text, never as markup.
window.hdq = (function () {
  'use strict'

  const CANVAS_FROM = 1200 // features; below it SVG, which is crisper and easier to click
  const PINS_BELOW = 12 // zoom
  const FLAG_GAP = 26 // pixels between the middles of two flags
  const MOST_KEPT = 40 // fetched layers kept for reuse

  const fetched = new Map()
  let map = null
  let shown = new Map() // key -> {url, layer, byId, spec}
  let hidden = new Set() // names switched off by hand; survives a change of filter
  let control = null
  let legend = null
  let swipe = null
  let chosen = null
  let canvas = null
  let picks = 0
  let turn = 0
  let drawing = false
  let seenView = null
  let seenFlight = null
  let said = {}
  let placing = false // a click on open ground is told to the page

  function attach (leaflet, options) {
    if (map === leaflet) return
    map = leaflet
    said = options.words
    L.Icon.Default.imagePath = options.icons
    map.attributionControl.setPrefix(false)
    L.control.zoom({ zoomInTitle: options.words.zoom_in, zoomOutTitle: options.words.zoom_out }).addTo(map)
    L.control.scale({ imperial: false, position: 'bottomleft', maxWidth: 140 }).addTo(map)
    const panes = { ground: 350, under: 354, zones: 380, cells: 390, left: 355, right: 356, chosen: 610, names: 395, pins: 605 }
    Object.keys(panes).forEach(function (name) { map.createPane(name).style.zIndex = panes[name] })
    ;['chosen', 'names'].forEach(function (name) { map.getPane(name).style.pointerEvents = 'none' })
    canvas = L.canvas({ pane: 'cells', padding: 0.3 })
    // Leaflet's picture layers lie in a pane; the swipe clips that pane.
    L.ImageOverlay.include({ getContainer: function () { return this.getPane() } })
    // Only a tick by hand counts: Leaflet tells of layers that `show` exchanges in the same way.
    map.on('overlayadd', function (event) { if (!drawing) hidden.delete(event.layer.hdqKey) })
    map.on('overlayremove', function (event) { if (!drawing) hidden.add(event.layer.hdqKey) })
    map.on('click', function (event) {
      choose(null)
      if (!placing) return
      picks += 1
      const place = event.latlng.wrap()
      window.Streamlit.setComponentValue({ placed: { lon: place.lng, lat: place.lat, count: picks } })
    })
  }

  function load (url) {
    if (!fetched.has(url)) {
      if (fetched.size >= MOST_KEPT) fetched.delete(fetched.keys().next().value)
      fetched.set(url, fetch(url).then(function (answer) {
        if (!answer.ok) throw new Error(url + ': ' + answer.status)
        return answer.json()
      }))
    }
    return fetched.get(url)
  }

  async function show (state) {
    const mine = ++turn
    const built = await Promise.all(state.layers.map(build))
    if (mine !== turn) return // a newer state has overtaken this one
    drawing = true
    shown.forEach(function (old, key) {
      if (!built.some(function (each) { return each === old })) map.removeLayer(old.layer)
    })
    shown = new Map(built.map(function (each) { return [each.spec.key, each] }))
    built.forEach(function (each) {
      if (!hidden.has(each.spec.key) && !map.hasLayer(each.layer)) map.addLayer(each.layer)
    })
    drawControl(built)
    drawing = false
    drawLegend(state.legend || [])
    drawSwipe(state.swipe)
    placing = Boolean(state.placing)
    map.getContainer().classList.toggle('hdq-placing', placing)
    look(state)
    document.body.dataset.hdqShown = String(mine)
  }

  async function build (spec) {
    const old = shown.get(spec.key)
    const same = JSON.stringify(spec)
    if (old && old.same === same) return old
    const made = { spec: spec, same: same, byId: new Map() }
    if (spec.kind === 'image') {
      made.layer = L.imageOverlay(spec.url, spec.bounds, { pane: spec.pane })
    } else {
      made.layer = KINDS[spec.kind](spec, await load(spec.url), made.byId)
    }
    made.layer.hdqKey = spec.key
    return made
  }

  const KINDS = {
    areas: function (spec, data, byId) {
      const options = {
        style: function (feature) { return spec.styles[feature.properties.s] },
        interactive: spec.pick,
        onEachFeature: function (feature, layer) {
          byId.set(feature.properties.id, layer)
          if (spec.pick) speak(layer, spec, feature.properties.id, feature.properties.v)
        }
      }
      if (data.features.length > CANVAS_FROM) options.renderer = canvas
      else if (spec.pane) options.pane = spec.pane
      const areas = L.geoJSON(data, options)
      return spec.pins ? withPins(spec, areas) : areas
    },
    points: function (spec, data, byId) {
      const group = L.markerClusterGroup({
        maxClusterRadius: 52,
        disableClusteringAtZoom: 12,
        showCoverageOnHover: false,
        animate: false,
        removeOutsideVisibleBounds: true,
        iconCreateFunction: clusterIcon
      })
      group.addLayers(data.id.map(function (id, i) {
        const style = Object.assign({ renderer: canvas }, spec.styles[data.s[i]])
        const layer = L.circleMarker([data.lat[i], data.lon[i]], style)
        const values = data.v.map(function (column) { return column[i] })
        byId.set(id, layer)
        speak(layer, spec, id, values)
        return layer
      }))
      return group
    },
    stops: function (spec, data, byId) {
      return L.layerGroup(data.id.map(function (id, i) {
        const style = spec.styles[data.s[i]]
        const badge = document.createElement('span')
        const plain = !data.n.length
        badge.textContent = plain ? '' : data.n[i]
        badge.style.background = style.color
        const size = plain ? 11 : 20
        const icon = L.divIcon({ className: plain ? 'hdq-stop plain' : 'hdq-stop', html: badge, iconSize: [size, size] })
        const layer = L.marker([data.lat[i], data.lon[i]], { icon: icon, keyboard: false })
        byId.set(id, layer)
        speak(layer, spec, id, data.v.map(function (column) { return column[i] }))
        return layer
      }))
    },
    // Numbered marks that never lie on one another: where two would, all step aside and a line leads back to the place.
    flags: function (spec, data, byId) {
      const group = L.layerGroup()
      const places = data.id.map(function (_, i) { return L.latLng(data.lat[i], data.lon[i]) })
      function draw () {
        group.clearLayers()
        const at = places.map(function (place) { return map.latLngToLayerPoint(place) })
        apart(at, FLAG_GAP).forEach(function (seat, i) {
          const colour = spec.styles[data.s[i]].color
          const here = map.layerPointToLatLng(seat)
          if (seat.distanceTo(at[i]) > 1) {
            const line = { color: colour, weight: 2, interactive: false, pane: 'pins' }
            group.addLayer(L.polyline([places[i], here], line))
            group.addLayer(L.circleMarker(places[i], Object.assign({}, line, { radius: 2.5, fillOpacity: 1 })))
          }
          const badge = document.createElement('span')
          badge.textContent = data.n[i]
          badge.style.background = colour
          const icon = L.divIcon({ className: 'hdq-stop hdq-flag', html: badge, iconSize: [22, 22] })
          const layer = L.marker(here, { icon: icon, keyboard: false, zIndexOffset: 1000 })
          byId.set(data.id[i], layer)
          speak(layer, spec, data.id[i], data.v.map(function (column) { return column[i] }))
          group.addLayer(layer)
        })
      }
      group.on('add', function () { draw(); map.on('zoomend', draw) })
      group.on('remove', function () { map.off('zoomend', draw) })
      return group
    },
    names: function (spec, data) {
      return L.layerGroup(data.id.map(function (id, i) {
        const text = document.createElement('span')
        text.textContent = data.v[0][i]
        const icon = L.divIcon({ className: 'hdq-name', html: text, iconSize: [0, 0] })
        return L.marker([data.lat[i], data.lon[i]], { icon: icon, pane: 'names', interactive: false, keyboard: false })
      }))
    }
  }

  // Points at least a gap from each other: as they are, or on a ring around their middle in the order of their bearing.
  function apart (at, gap) {
    const close = at.some(function (one, i) {
      return at.some(function (other, k) { return k > i && one.distanceTo(other) < gap })
    })
    if (!close) return at
    const middle = at.reduce(function (sum, one) { return sum.add(one) }, L.point(0, 0)).divideBy(at.length)
    const radius = Math.max(gap, gap / (2 * Math.sin(Math.PI / Math.max(at.length, 2))))
    const order = at.map(function (_, i) { return i }).sort(function (i, k) {
      return Math.atan2(at[i].y - middle.y, at[i].x - middle.x) - Math.atan2(at[k].y - middle.y, at[k].x - middle.x) || i - k
    })
    const seats = []
    order.forEach(function (i, place) {
      const angle = 2 * Math.PI * place / at.length - Math.PI / 2
      seats[i] = middle.add(L.point(Math.cos(angle), Math.sin(angle)).multiplyBy(radius))
    })
    return seats
  }

  // Seen from afar a polygon is smaller than a pixel: a dot stands for it, and steps aside when the map comes near.
  function withPins (spec, areas) {
    const pins = L.layerGroup(areas.getLayers().map(function (area) {
      const feature = area.feature.properties
      const style = spec.styles[feature.s]
      const pin = L.circleMarker(area.getBounds().getCenter(), {
        pane: 'pins', radius: 5.5, weight: 1.5, color: '#ffffff', fillColor: style.fillColor, fillOpacity: 0.95
      })
      speak(pin, spec, feature.id, feature.v)
      return pin
    }))
    const both = L.layerGroup([areas])
    function turn () {
      if (map.getZoom() < PINS_BELOW) both.addLayer(pins)
      else both.removeLayer(pins)
    }
    both.on('add', function () { turn(); map.on('zoomend', turn) })
    both.on('remove', function () { map.off('zoomend', turn) })
    return both
  }

  function clusterIcon (cluster) {
    const count = cluster.getChildCount()
    const size = count < 10 ? 20 : count < 100 ? 24 : count < 1000 ? 29 : 35
    const text = document.createElement('span')
    text.textContent = count
    return L.divIcon({ className: 'hdq-cluster', html: text, iconSize: [size, size] })
  }

  function speak (layer, spec, id, values) {
    layer.bindTooltip(plain(values[0]), { sticky: true, className: 'hdq-tip' })
    layer.bindPopup(function () { return card(spec.fields, values) }, { maxWidth: 320, minWidth: 200 })
    layer.on('click', function (event) {
      L.DomEvent.stopPropagation(event)
      choose({ layer: spec.key, id: id })
      picks += 1
      window.Streamlit.setComponentValue({ picked: { layer: spec.key, id: id, count: picks } })
    })
  }

  function plain (text) {
    const node = document.createElement('span')
    node.textContent = text
    return node
  }

  function card (fields, values) {
    const box = document.createElement('div')
    box.className = 'hdq-card'
    const head = document.createElement('h4')
    head.textContent = values[0]
    box.appendChild(head)
    const table = document.createElement('table')
    values.slice(1).forEach(function (value, i) {
      if (value === null || value === '') return
      const row = table.insertRow()
      row.insertCell().textContent = fields[i]
      row.insertCell().textContent = value
    })
    box.appendChild(table)
    return box
  }

  function choose (pick) {
    if (chosen) map.removeLayer(chosen)
    chosen = null
    const found = pick && shown.get(pick.layer)
    const layer = found && found.byId.get(pick.id)
    if (!layer) return null
    const quiet = { interactive: false, fill: false, pane: 'chosen' }
    if (layer.getBounds) {
      const ring = layer.toGeoJSON()
      chosen = L.layerGroup([
        L.geoJSON(ring, { style: Object.assign({ color: '#ffffff', weight: 7 }, quiet), interactive: false }),
        L.geoJSON(ring, { style: Object.assign({ color: '#111827', weight: 3 }, quiet), interactive: false })
      ])
    } else {
      chosen = L.circleMarker(layer.getLatLng(), Object.assign({ radius: 12, color: '#111827', weight: 3 }, quiet))
    }
    chosen.addTo(map)
    return found.spec.kind === 'points' ? { layer: layer, spec: found.spec, within: found.layer } : { layer: layer, spec: found.spec }
  }

  function look (state) {
    const view = JSON.stringify(state.view)
    if (view !== seenView) {
      seenView = view
      map.invalidateSize()
      if (state.view.cover) {
        const bounds = L.latLngBounds(state.view.bounds)
        map.setView(bounds.getCenter(), map.getBoundsZoom(bounds, true), { animate: false })
      } else {
        const room = { animate: false, padding: [12, 12], maxZoom: state.view.closest || 15 }
        map.fitBounds(state.view.bounds, room)
        const beside = control && covers(control) ? control.getContainer().offsetWidth + 24 : 0
        if (beside && beside * 2 < map.getSize().x) {
          map.fitBounds(state.view.bounds, Object.assign(room, { paddingTopLeft: [12, 12], paddingBottomRight: [beside, 12] }))
        }
      }
    }
    const found = choose(state.chosen)
    const flight = JSON.stringify(state.flight || null)
    if (flight === seenFlight) return
    seenFlight = flight
    if (!state.flight || !found) return
    const layer = found.layer
    let bounds = layer.getBounds ? layer.getBounds() : layer.getLatLng().toBounds(1500)
    if (found.spec.pane === 'cells') bounds = bounds.pad(4) // a cell is judged with those around it
    map.fitBounds(bounds, { animate: false, padding: [60, 60], maxZoom: state.view.closest || 13 })
    layer.openPopup(layer.getBounds ? bounds.getCenter() : layer.getLatLng())
  }

  // Whether a box on the map hides a numbered stop.
  function covers (box) {
    const frame = map.getContainer().getBoundingClientRect()
    const edge = box.getContainer().getBoundingClientRect()
    return Array.from(shown.values()).some(function (each) {
      return each.spec.kind === 'stops' && Array.from(each.byId.values()).some(function (stop) {
        const at = map.latLngToContainerPoint(stop.getLatLng())
        const x = at.x + frame.left
        const y = at.y + frame.top
        return x > edge.left - 14 && x < edge.right + 14 && y > edge.top - 14 && y < edge.bottom + 14
      })
    })
  }

  function drawControl (built) {
    const listed = built.filter(function (each) { return each.spec.name })
    const words = JSON.stringify(listed.map(function (each) { return [each.spec.key, each.spec.name, each.same] }))
    if (control && control.words === words) return
    if (control) map.removeControl(control)
    control = null
    if (!listed.length) return
    control = L.control.layers(null, null, { collapsed: false, position: 'topright', sortLayers: false })
    listed.forEach(function (each) {
      const line = document.createElement('span')
      line.appendChild(sample(each.spec.sample))
      line.appendChild(document.createTextNode(each.spec.name))
      control.addOverlay(each.layer, line.outerHTML)
    })
    control.words = words
    control.addTo(map)
    control.getContainer().querySelector('a').title = said.layers
  }

  function drawLegend (groups) {
    if (legend) map.removeControl(legend)
    legend = null
    if (!groups.length) return
    legend = L.control({ position: 'bottomleft' })
    legend.onAdd = function () {
      const box = L.DomUtil.create('div', 'hdq-legend leaflet-bar')
      groups.forEach(function (group) {
        L.DomUtil.create('h5', '', box).textContent = group.title
        group.items.forEach(function (item) {
          const line = L.DomUtil.create('div', '', box)
          line.appendChild(sample(item))
          line.appendChild(document.createTextNode(item.text))
        })
      })
      L.DomEvent.disableClickPropagation(box)
      return box
    }
    legend.addTo(map)
  }

  function sample (look) {
    const mark = document.createElement('i')
    mark.className = 'hdq-sample ' + look.shape
    mark.style.borderColor = look.line
    mark.style.background = look.fill
    return mark
  }

  function drawSwipe (wanted) {
    const same = JSON.stringify(wanted || null)
    if (swipe && swipe.same === same) return
    if (swipe) {
      swipe.bar.remove()
      swipe.texts.forEach(function (text) { text.remove() })
    }
    ;['left', 'right'].forEach(function (pane) { map.getPane(pane).style.clip = '' })
    swipe = null
    if (!wanted) return
    const bar = L.control.sideBySide(shown.get(wanted.left).layer, shown.get(wanted.right).layer).addTo(map)
    bar._range.setAttribute('aria-label', wanted.title)
    bar._range.title = wanted.title
    const texts = ['left', 'right'].map(function (side) {
      const text = L.DomUtil.create('div', 'hdq-date ' + side, map.getContainer())
      text.textContent = wanted[side + '_text']
      return text
    })
    swipe = { same: same, bar: bar, texts: texts }
  }

  return { attach: attach, show: show }
})()
