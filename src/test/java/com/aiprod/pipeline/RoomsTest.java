package com.aiprod.pipeline;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom: the import rules of the architecture. */
@AnalyzeClasses(packagesOf = PipelineApplication.class, importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {

    private static final String ROOT = "com.aiprod.pipeline.";

    @ArchTest
    static final ArchRule THE_JOB_KNOWS_JAVA_ALONE = classes()
            .that()
            .resideInAPackage(ROOT + "job..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(ROOT + "job..", "java..");

    @ArchTest
    static final ArchRule THE_PIPELINE_KNOWS_THE_JOB_AND_NO_OTHER_ROOM = noClasses()
            .that()
            .resideInAPackage(ROOT + "pipeline..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + "api..", ROOT + "messaging..", ROOT + "operations..", ROOT + "security..");

    @ArchTest
    static final ArchRule NOBODY_KNOWS_THE_API = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "api..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + "api..");

    @ArchTest
    static final ArchRule SECURITY_KNOWS_NO_OTHER_ROOM = noClasses()
            .that()
            .resideInAPackage(ROOT + "security..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + "job..", ROOT + "pipeline..", ROOT + "messaging..", ROOT + "operations..");

    @ArchTest
    static final ArchRule WEBHOOKS_KNOW_NO_OTHER_ROOM = noClasses()
            .that()
            .resideInAPackage(ROOT + "webhook..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    ROOT + "job..",
                    ROOT + "pipeline..",
                    ROOT + "messaging..",
                    ROOT + "operations..",
                    ROOT + "security..");

    @ArchTest
    static final ArchRule OPERATIONS_DO_NOT_KNOW_HOW_MESSAGES_TRAVEL = noClasses()
            .that()
            .resideInAPackage(ROOT + "operations..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + "messaging..", ROOT + "security..", "com.google.cloud..");

    @ArchTest
    static final ArchRule ONLY_MESSAGING_SPEAKS_PUBSUB = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "messaging..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.cloud.pubsub..", "com.google.pubsub..", "io.grpc..");

    @ArchTest
    static final ArchRule SQL_IS_IN_THE_QUERY_FILES = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "operations..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.sql.PreparedStatement")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework.jdbc..");

    @ArchTest
    static final ArchRule PRODUCTION_KNOWS_NOTHING_EMBEDDED = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + "embedded..", "io.zonky..", "org.junit..");

    @ArchTest
    static final ArchRule BEANS_GET_WHAT_THEY_NEED_BY_THEIR_CONSTRUCTOR = NO_CLASSES_SHOULD_USE_FIELD_INJECTION;

    @ArchTest
    static final ArchRule LOGS_AND_NOT_STREAMS_TELL = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule ONE_LOGGING_API = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
}
