package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.Typesetter.Block;
import java.util.List;

/**
 * When the texts of a video are on the screen. Time is a circle, because players repeat short videos and show the first
 * frame before they start: the first text appears at the end of the video, and the first frame shows it whole.
 */
final class Timeline {

    /**
     * A text on the screen.
     *
     * @param index its number
     * @param since seconds since it began to appear
     * @param seconds from then until it is gone
     * @param pace the factor by which its motion takes longer than the look says; at most 1
     */
    record Shown(int index, double since, double seconds, double pace) {}

    /** A text that neither appears nor leaves. */
    private static final Shown ALWAYS = new Shown(0, 1000, Double.POSITIVE_INFINITY, 1);

    /** The wait before the first line of a text appears. */
    private static final double WAIT = 0.08;

    private final Look look;
    private final List<Scene> shots;
    private final double length;

    /** When the first text begins to appear, and when the last one is gone. */
    private final double turn;

    /** How long the first text takes to appear, by the look. */
    private final double appearing;

    /**
     * Creates the timeline of a video.
     *
     * @param shots the scenes, and the end card
     * @param first the first text
     * @param closed whether the last shot is the first text again, which then stays through the end
     */
    Timeline(Look look, List<Scene> shots, Block first, boolean closed) {
        this.look = look;
        this.shots = shots;
        Scene last = shots.get(shots.size() - 1);
        this.length = last.end();
        this.appearing = WAIT + look.reveal() + look.stagger() * (first.lines().size() - 1);
        this.turn = closed ? last.start() : length - Math.min(appearing, last.seconds() / 3);
    }

    /** What is on the screen. */
    Shown at(double seconds) {
        if (shots.size() == 1) {
            return ALWAYS;
        }
        int index = shotAt(seconds);
        Scene shot = shots.get(index);
        double from = shot.start();
        double to = index == shots.size() - 1 ? turn : shot.end();
        double now = seconds;
        if (index == 0 || seconds >= turn) {
            index = 0;
            from = turn - length;
            to = shots.get(0).end();
            now = seconds >= turn ? seconds - length : seconds;
        }
        double usual = Math.min(1, (to - from) / (3 * (look.reveal() + look.leave())));
        double pace = index == 0 ? Math.min(usual, (length - turn) / appearing) : usual;
        return new Shown(index, now - from, to - from, pace);
    }

    /** The number of the scene, or of the end card. */
    int shotAt(double seconds) {
        int index = 0;
        while (index < shots.size() - 1 && seconds >= shots.get(index).end()) {
            index++;
        }
        return index;
    }

    /** The part of a line's appearance that is over. */
    double appeared(Shown shown, int line) {
        return (shown.since() / shown.pace() - WAIT - line * look.stagger()) / look.reveal();
    }

    /** The part of a text's departure that is over. */
    double left(Shown shown) {
        double leave = look.leave() * shown.pace();
        return (shown.since() - shown.seconds() + leave) / leave;
    }

    /** Seconds of the video. */
    double length() {
        return length;
    }
}
