package com.aiprod.pipeline.video.sound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SoundtrackTest {

    private static final List<Double> CUTS = List.of(2.4, 5.1, 7.5);
    private static final double SECONDS = 12;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Mood.class)
    void isAsLoudAsPlatformsWantWithoutClicks(Mood mood) throws Exception {
        float[][] sound = Soundtrack.make(mood, 7, CUTS, SECONDS);

        assertThat(Loudness.integrated(sound[0], sound[1])).isCloseTo(-14, within(0.3));
        for (float[] channel : sound) {
            assertThat(channel).hasSize((int) (SECONDS * Synth.RATE));
            assertThat(peak(channel, 0, channel.length)).isLessThanOrEqualTo(Master.CEILING + 0.001f);
            // A full-scale sine of 1 kHz moves by 0.13 from one sample to the next; a click by far more.
            assertThat(largestStep(channel)).isLessThan(0.16f);
            int tenth = Synth.RATE / 10;
            assertThat(peak(channel, 0, 480)).as("start").isLessThan(0.01f);
            assertThat(peak(channel, channel.length - tenth, channel.length))
                    .as("end")
                    .isLessThan(0.01f);
        }
    }

    @ParameterizedTest
    @EnumSource(Mood.class)
    void isSparse(Mood mood) throws Exception {
        float[][] sound = Soundtrack.make(mood, 7, CUTS, SECONDS);

        // The highest octaves, which tire, are 30 dB below the rest.
        double highs = 0;
        double all = 0;
        float low = 0;
        for (float sample : sound[0]) {
            // First order, 5 kHz.
            low += 0.48f * (sample - low);
            highs += (sample - low) * (sample - low);
            all += sample * sample;
        }
        assertThat(10 * Math.log10(highs / all)).isBetween(-60.0, -12.0);
        Score score = Score.compose(mood, 7, CUTS, SECONDS);
        long plucked = score.notes().stream()
                .filter(note -> note.voice() == Score.Voice.PLUCK)
                .count();
        assertThat(plucked / SECONDS).isBetween(1.0, 5.0);
    }

    @ParameterizedTest
    @EnumSource(Mood.class)
    void chordsChangeOnTheCutsAndTheLastOneIsTheKeys(Mood mood) {
        for (int seed = 0; seed < 50; seed++) {
            Score score = Score.compose(mood, seed, CUTS, SECONDS);

            assertThat(score.chordStarts()).startsWith(0.0).containsAll(CUTS).isSorted();
            double last = score.chordStarts().get(score.chordStarts().size() - 1);
            assertThat(SECONDS - last).isBetween(2.0, 7.5);
            assertThat(bass(score).reduce((first, second) -> second))
                    .as("the root of the last chord")
                    .hasValueSatisfying(pitch -> assertThat(pitch % 12).isEqualTo(score.root() % 12));
            assertThat(score.notes()).allMatch(note -> note.start() >= 0 && note.start() < SECONDS);
        }
    }

    private static Stream<Integer> bass(Score score) {
        return score.notes().stream()
                .filter(note -> note.voice() == Score.Voice.BASS)
                .map(note -> (int) note.pitch());
    }

    @Test
    void equalJobsSoundEqualAndOthersDoNot() throws Exception {
        byte[] one = write(7, Mood.CALM);

        assertThat(write(7, Mood.CALM)).isEqualTo(one);
        assertThat(write(8, Mood.CALM)).isNotEqualTo(one);
        assertThat(write(7, Mood.TENDER)).isNotEqualTo(one);
    }

    private byte[] write(long seed, Mood mood) throws Exception {
        Path file = folder.resolve("sound.wav");
        Soundtrack.write(mood, seed, CUTS, SECONDS, file);
        return Files.readAllBytes(file);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 2, 60})
    void fitsAnyLength(double seconds) throws Exception {
        float[][] sound = Soundtrack.make(Mood.BRIGHT, 3, List.of(), seconds);

        assertThat(sound[0]).hasSize((int) (seconds * Synth.RATE));
        assertThat(Loudness.integrated(sound[0], sound[1])).isCloseTo(-14, within(1.0));
    }

    @Test
    void anInterruptStopsIt() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Soundtrack.make(Mood.CALM, 1, CUTS, SECONDS)).isInstanceOf(InterruptedException.class);
    }

    private static float peak(float[] channel, int from, int to) {
        float peak = 0;
        for (int i = from; i < to; i++) {
            peak = Math.max(peak, Math.abs(channel[i]));
        }
        return peak;
    }

    private static float largestStep(float[] channel) {
        float largest = 0;
        for (int i = 1; i < channel.length; i++) {
            largest = Math.max(largest, Math.abs(channel[i] - channel[i - 1]));
        }
        return largest;
    }
}
