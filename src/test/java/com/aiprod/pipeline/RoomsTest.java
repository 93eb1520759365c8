package com.aiprod.pipeline;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The dependency rules between packages, called rooms here (docs/design/ARCHITECTURE.md). */
@AnalyzeClasses(packagesOf = PipelineApplication.class, importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {

    private static final String ROOT = "com.aiprod.pipeline.";

    /** The rooms that each room may depend on. A room that is not listed may depend on none. */
    private static final Map<String, Set<String>> MAY_DEPEND_ON = Map.of(
            "stage", Set.of("job"),
            "artifact", Set.of("stage"),
            "telemetry", Set.of("job"),
            "messaging", Set.of("job", "stage", "telemetry"),
            "pipelines", Set.of("job", "stage", "artifact"),
            "worker", Set.of("job", "stage", "artifact", "telemetry", "pipelines"),
            "video", Set.of("job", "stage", "artifact"),
            "retention", Set.of("artifact"),
            "startup", Set.of("pipelines", "sql"),
            "api", Set.of("job", "artifact", "sql", "telemetry", "webhook"));

    @ArchTest
    static void eachRoomDependsOnAllowedRoomsOnly(JavaClasses imported) {
        Map<String, Set<String>> known = new TreeMap<>();
        for (JavaClass from : imported) {
            String room = room(from);
            Set<String> others = known.computeIfAbsent(room, key -> new TreeSet<>());
            from.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(to -> to.getPackageName().startsWith("com.aiprod.pipeline"))
                    .map(RoomsTest::room)
                    .filter(other -> !other.equals(room) && !other.isEmpty())
                    .forEach(others::add);
        }
        // The main class depends on any room.
        known.remove("");
        assertThat(known).hasSizeGreaterThan(10);
        known.forEach((room, others) -> assertThat(MAY_DEPEND_ON.getOrDefault(room, Set.of()))
                .as("dependencies of %s", room)
                .containsAll(others));
    }

    private static String room(JavaClass type) {
        String below = type.getPackageName().equals("com.aiprod.pipeline")
                ? ""
                : type.getPackageName().substring(ROOT.length());
        return below.contains(".") ? below.substring(0, below.indexOf('.')) : below;
    }

    @ArchTest
    static final ArchRule JOB_DEPENDS_ON_JAVA_ONLY = classes()
            .that()
            .resideInAPackage(ROOT + "job..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(ROOT + "job..", "java..");

    @ArchTest
    static final ArchRule ONLY_MESSAGING_USES_PUBSUB = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "messaging..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.cloud.pubsub..", "com.google.pubsub..", "io.grpc..");

    @ArchTest
    static final ArchRule SQL_IS_IN_THE_QUERY_FILES = noClasses()
            .that(DescribedPredicate.describe(
                    "are not in a room that opens connections",
                    type -> !Set.of("sql", "startup").contains(room(type))))
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.sql.PreparedStatement")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework.jdbc..");

    @ArchTest
    static final ArchRule PRODUCTION_USES_NOTHING_EMBEDDED = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + "embedded..", "io.zonky..", "org.junit..");

    @ArchTest
    static final ArchRule BEANS_USE_CONSTRUCTOR_INJECTION = NO_CLASSES_SHOULD_USE_FIELD_INJECTION;

    @ArchTest
    static final ArchRule ONLY_COMMANDS_USE_STANDARD_STREAMS = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(ROOT + "pipelines.command.Commands")
            .should(ACCESS_STANDARD_STREAMS);

    @ArchTest
    static final ArchRule ONE_LOGGING_API = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
}
