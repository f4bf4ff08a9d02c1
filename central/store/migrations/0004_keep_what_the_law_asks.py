"""Keep what the law asks about beside the records: minutes, facts, recovery, study, closures, evidence."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0003_prove_the_sync'),
    ]

    operations = [
        migrations.AddField(
            model_name='calendarday',
            name='minutes_on_site',
            field=models.PositiveSmallIntegerField(help_text='of these, at the school site under a certificated employee', null=True),
        ),
        migrations.AddField(
            model_name='calendarday',
            name='minutes_required',
            field=models.PositiveSmallIntegerField(help_text='for which the school requires its students at the site', null=True),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='modality',
            field=models.CharField(default='classroom', help_text='classroom or independent study', max_length=20),
        ),
        migrations.AddField(
            model_name='reportsnapshot',
            name='edition',
            field=models.CharField(choices=[('original', 'Original'), ('revised', 'Revised'), ('audited', 'Audited')], default='original', max_length=8),
        ),
        migrations.AddField(
            model_name='reportsnapshot',
            name='reason',
            field=models.CharField(blank=True, help_text='why it differs from the one before', max_length=255),
        ),
        migrations.AddField(
            model_name='school',
            name='facts_kept_since',
            field=models.DateField(help_text='from this day on a day counts only with the dated facts that allow it', null=True),
        ),
        migrations.AddField(
            model_name='school',
            name='is_conversion',
            field=models.BooleanField(default=False, help_text='a conversion charter that keeps its previous schedule (EC 47612(d)(3))'),
        ),
        migrations.AddField(
            model_name='school',
            name='kind',
            field=models.CharField(default='charter', help_text='charter, district or coe', max_length=8),
        ),
        migrations.AddField(
            model_name='school',
            name='lea_name',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='schoolyear',
            name='audited_on',
            field=models.DateField(help_text="when the year's audit was completed", null=True),
        ),
        migrations.AddField(
            model_name='staff',
            name='is_employee',
            field=models.BooleanField(default=True, help_text='false for a contractor'),
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('is_lifted', models.BooleanField(default=False)),
                ('reason', models.CharField(max_length=255)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='store.staff')),
                ('school_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='store.schoolyear')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProgrammeAgreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='what the school calls the agreement', max_length=60)),
                ('partner', models.CharField(help_text='WIOA, YouthBuild, Job Corps, conservation corps', max_length=20)),
                ('is_exclusive', models.BooleanField(help_text='instruction is exclusively in this partnership')),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('is_withdrawn', models.BooleanField(default=False)),
                ('evidence', models.CharField(help_text='where the signed document is kept', max_length=255)),
                ('by', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='store.school')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RecoveryRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField(help_text='last day, inclusive; empty while it lasts', null=True)),
                ('comment', models.CharField(blank=True, max_length=255)),
                ('created_by', models.CharField(help_text='district name and number', max_length=255)),
                ('created_at', models.DateTimeField()),
                ('modified_at', models.DateTimeField()),
                ('modified_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_records', to='store.staff')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_records', to='store.student')),
            ],
        ),
        migrations.CreateModel(
            name='RecoveryService',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('Earned', 'Earned'), ('Used', 'Used')], max_length=6)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('comments', models.CharField(blank=True, max_length=255)),
                ('is_calendar', models.BooleanField(default=False, help_text='the ledger writes the figures itself')),
                ('days_used', models.PositiveSmallIntegerField(help_text='on Used services', null=True)),
                ('minutes_earned', models.PositiveIntegerField(help_text='on Earned services', null=True)),
                ('created_by', models.CharField(max_length=255)),
                ('created_at', models.DateTimeField()),
                ('modified_at', models.DateTimeField()),
                ('modified_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_services', to='store.staff')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='services', to='store.recoveryrecord')),
                ('school', models.ForeignKey(help_text='the school that uses the time and earns the ADA', on_delete=django.db.models.deletion.PROTECT, related_name='recovery_services', to='store.school')),
            ],
        ),
        migrations.CreateModel(
            name='RecoveryServiceFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of', models.DateField()),
                ('days_used', models.PositiveSmallIntegerField(null=True)),
                ('minutes_earned', models.PositiveIntegerField(null=True)),
                ('rule_set', models.CharField(max_length=12)),
                ('basis', models.JSONField(help_text='sessions, absences and caps it was computed from')),
                ('at', models.DateTimeField()),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='store.recoveryservice')),
            ],
        ),
        migrations.CreateModel(
            name='RecoverySession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text="the school's own number of the session", max_length=40)),
                ('on', models.DateField()),
                ('starts', models.TimeField()),
                ('ends', models.TimeField()),
                ('standards', models.CharField(blank=True, help_text='lesson and grade-level standards taught', max_length=255)),
                ('created_by', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField()),
                ('room', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recovery_sessions', to='store.room')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_sessions', to='store.school')),
            ],
        ),
        migrations.CreateModel(
            name='RecoveryAttendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('grade', models.CharField(max_length=4)),
                ('minutes', models.PositiveSmallIntegerField(help_text='0 takes a student off the session')),
                ('by', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=255)),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_attendance', to='store.student')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendance', to='store.recoverysession')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RecoverySignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField()),
                ('at', models.DateTimeField()),
                ('signed_with', models.CharField(max_length=12)),
                ('minutes', models.JSONField(help_text='student number to minutes, as signed')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_signatures', to='store.staff')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='store.recoverysession')),
            ],
        ),
        migrations.CreateModel(
            name='RecoveryTeacher',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='teachers', to='store.recoverysession')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_sessions', to='store.staff')),
            ],
        ),
        migrations.CreateModel(
            name='RequirementEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.CharField(help_text="the row's key in the register", max_length=60)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('says', models.CharField(blank=True, max_length=1000)),
                ('document', models.CharField(blank=True, help_text='where the document is kept', max_length=255)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('is_withdrawn', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requirement_evidence', to='store.staff')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requirement_evidence', to='store.school')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StateRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('kind', models.CharField(choices=[('closure', 'Closure'), ('material decrease', 'Material Decrease'), ('lost records', 'Lost Records')], max_length=20)),
                ('cause', models.CharField(max_length=60)),
                ('is_emergency_declared', models.BooleanField(default=False)),
                ('continuity_plan_on', models.DateField(null=True)),
                ('by', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('school_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='store.schoolyear')),
            ],
        ),
        migrations.CreateModel(
            name='StateRequestDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('minutes', models.PositiveSmallIntegerField(default=0)),
                ('normal_hundredths', models.PositiveIntegerField(help_text='normal attendance in hundredths of a student, for a material decrease', null=True)),
                ('attended', models.PositiveIntegerField(help_text='students who attended that day', null=True)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='store.staterequest')),
                ('track', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='request_days', to='store.track')),
            ],
        ),
        migrations.CreateModel(
            name='StateRequestStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(help_text='draft, filed, approved, denied', max_length=8)),
                ('on', models.DateField()),
                ('evidence', models.CharField(blank=True, max_length=255)),
                ('by', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='store.staterequest')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StudentFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('residency', 'Residency'), ('diploma', 'Diploma'), ('diploma course at 19', 'Diploma Course At 19'), ('unbroken since 19', 'Unbroken Since 19'), ('progress', 'Progress'), ('immunization', 'Immunization'), ('immunization exemption', 'Immunization Exemption'), ('english learner', 'English Learner'), ('free or reduced meals', 'Free Or Reduced Meals'), ('foster', 'Foster'), ('special education', 'Special Education'), ('wioa', 'Wioa'), ('aebg', 'Aebg'), ('concurrent college', 'Concurrent College'), ('prior recovery days', 'Prior Recovery Days'), ('absence exemption', 'Absence Exemption')], max_length=24)),
                ('since', models.DateField()),
                ('until', models.DateField(help_text='last day, inclusive; empty while it holds', null=True)),
                ('value', models.CharField(blank=True, help_text='a number or word where the kind has one', max_length=60)),
                ('is_withdrawn', models.BooleanField(default=False)),
                ('evidence', models.CharField(help_text='which proof was seen, and where it is kept', max_length=255)),
                ('by', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='store.student')),
            ],
        ),
        migrations.CreateModel(
            name='StudentYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('span', models.CharField(help_text='TK/K-3, 4-6, 7-8, 9-12', max_length=7)),
                ('modality', models.CharField(default='classroom', max_length=20)),
                ('enrolled', models.BinaryField(max_length=46)),
                ('attended', models.BinaryField(help_text='days that may be claimed', max_length=46)),
                ('absent', models.BinaryField(help_text='certified absent from every class of the day', max_length=46)),
                ('school_year', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='student_years', to='store.schoolyear')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='student_years', to='store.student')),
                ('track', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='student_years', to='store.track')),
            ],
        ),
        migrations.CreateModel(
            name='StudyAgreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('missing', models.CharField(blank=True, help_text='required elements it lacks, by comma', max_length=255)),
                ('evidence', models.CharField(help_text='where the signed document is kept', max_length=255)),
                ('by', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='study_agreements', to='store.student')),
            ],
        ),
        migrations.CreateModel(
            name='StudySignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signer', models.CharField(help_text='student, parent, supervisor, special education', max_length=20)),
                ('signed_on', models.DateField()),
                ('by', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='store.studyagreement')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StudyStaffing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('study_fte_hundredths', models.PositiveIntegerField(help_text='1200 is 12.00 full-time equivalents')),
                ('other_ratio_hundredths', models.PositiveIntegerField(help_text='students a teacher in all other programmes; empty for 25 to 1', null=True)),
                ('by', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('school_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='study_staffing', to='store.schoolyear')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StudyWork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('work_minutes', models.PositiveSmallIntegerField(help_text='time value of evaluated work')),
                ('synchronous_minutes', models.PositiveSmallIntegerField()),
                ('is_engaged', models.BooleanField(help_text='engaged in an educational activity that very day')),
                ('evaluated_on', models.DateField()),
                ('due_on', models.DateField(help_text='last day of the assignment period')),
                ('handed_in_on', models.DateField()),
                ('evidence', models.CharField(blank=True, max_length=255)),
                ('by', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('evaluated_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='study_work', to='store.staff')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='study_work', to='store.student')),
            ],
        ),
        migrations.CreateModel(
            name='AbsenceNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('code', models.CharField(help_text='a code of central.law.absence', max_length=20)),
                ('reason', models.CharField(blank=True, max_length=255)),
                ('by', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absence_notes', to='store.student')),
            ],
            options={
                'indexes': [models.Index(fields=['student', 'on'], name='absence_note_day')],
            },
        ),
        migrations.CreateModel(
            name='GradeMinutes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('grade', models.CharField(help_text='TK, K, 1 to 12', max_length=4)),
                ('minutes_offered', models.PositiveSmallIntegerField()),
                ('minutes_on_site', models.PositiveSmallIntegerField(null=True)),
                ('minutes_required', models.PositiveSmallIntegerField(null=True)),
                ('day', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grades', to='store.calendarday')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'grade'), name='minutes_once_a_grade')],
            },
        ),
        migrations.AddConstraint(
            model_name='recoveryrecord',
            constraint=models.UniqueConstraint(fields=('student', 'since'), name='recovery_record_starts_once'),
        ),
        migrations.AddConstraint(
            model_name='recoveryrecord',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='recovery_record_ends_after_start'),
        ),
        migrations.AddIndex(
            model_name='recoveryservicefigure',
            index=models.Index(fields=['service', 'as_of'], name='recovery_figure_date'),
        ),
        migrations.AddConstraint(
            model_name='recoverysession',
            constraint=models.UniqueConstraint(fields=('school', 'code'), name='recovery_session_once'),
        ),
        migrations.AddConstraint(
            model_name='recoverysignature',
            constraint=models.UniqueConstraint(fields=('session', 'revision'), name='recovery_signed_once_a_revision'),
        ),
        migrations.AddConstraint(
            model_name='recoveryteacher',
            constraint=models.UniqueConstraint(fields=('session', 'staff'), name='recovery_teacher_once'),
        ),
        migrations.AddConstraint(
            model_name='staterequest',
            constraint=models.UniqueConstraint(fields=('school_year', 'code'), name='request_once'),
        ),
        migrations.AddConstraint(
            model_name='staterequestday',
            constraint=models.UniqueConstraint(fields=('request', 'track', 'on'), name='request_day_once'),
        ),
        migrations.AddIndex(
            model_name='studentfact',
            index=models.Index(fields=['student', 'kind', 'since'], name='student_fact'),
        ),
        migrations.AddConstraint(
            model_name='studentyear',
            constraint=models.UniqueConstraint(fields=('school_year', 'student', 'track', 'span', 'modality'), name='student_year_once'),
        ),
        migrations.AddConstraint(
            model_name='studyagreement',
            constraint=models.UniqueConstraint(fields=('student', 'code'), name='study_agreement_once'),
        ),
        migrations.AddConstraint(
            model_name='studyagreement',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='study_agreement_ends_after_start'),
        ),
        migrations.AddIndex(
            model_name='studywork',
            index=models.Index(fields=['student', 'on'], name='study_work_day'),
        ),
    ]
