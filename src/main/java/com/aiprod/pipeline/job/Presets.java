package com.aiprod.pipeline.job;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The presets that clients can choose: those of the live revisions of all pipelines. */
public final class Presets {

    private volatile Map<String, Preset> offered = Map.of();

    /**
     * Replaces what is offered. If two presets have the same name, the first is offered. A preset that has not changed
     * stays the same object, and so does what is kept for it.
     */
    public void offer(List<Preset> presets) {
        Map<String, Preset> before = offered;
        Map<String, Preset> byName = new LinkedHashMap<>();
        presets.forEach(preset -> {
            Preset known = before.get(preset.name());
            byName.putIfAbsent(preset.name(), preset.equals(known) ? known : preset);
        });
        offered = byName;
    }

    /** What is offered, in the order in which users see it. */
    public List<Preset> all() {
        return List.copyOf(offered.values());
    }

    /** The names of what is offered, in the same order. */
    public List<String> names() {
        return List.copyOf(offered.keySet());
    }

    /** The offered preset of this name; empty if there is none. */
    public Optional<Preset> find(String name) {
        return Optional.ofNullable(offered.get(name));
    }
}
