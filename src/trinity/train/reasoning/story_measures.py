"""The wordings of word problems about travel, ages and rectangles, by what is asked."""

from __future__ import annotations

TRAVEL = {
    "distance": (
        "A car drives {v} km per hour for {t} hours. How far does it go?",
        "A train goes {v} km/h. How many km does it travel in {t} hours?",
        "{name} cycles at {v} km/h for {t} hours. How many km is that?",
        "speed {v} km/h, time {t} h, distance in km?",
        "How far does a bus get in {t} hours at {v} km/h?",
        "At a constant {v} km/h, how many km are covered in {t} hours?",
        "{name} travels for {t} hours at {v} km an hour. What is the distance in km?",
        "A <lorry|van|coach> <keeps to|does|averages> {v} km/h for {t} hours. How many "
        "<km|kilometres> does it <cover|go|drive>?",
        "<Work out|Find|Compute|Calculate> the distance in km <covered|travelled|done> in "
        "{t} hours at {v} km/h.",
        "for {t} hours a <ship|ferry|boat> sails at {v} km/h, how many km does it <go|sail|make>",
        "{v} km/h <for|during> {t} h - <how far|how many km|distance in km>?",
        "<Could|Can> you <tell me|say|work out> how many km <a bike|a scooter|a tram> "
        "<covers|travels> in {t} hours at {v} km/h?",
        "If <a drone|a bird|a balloon> flies {v} km every hour, how many km does it fly "
        "<in|within> {t} hours?",
        "{name} <set off|left|started> {t} hours ago and has been <going|moving> at {v} km/h "
        "<ever since|all the time>. How many km so far?",
        "The <trip|ride|journey> <took|lasted> {t} hours at an average <of|speed of> {v} "
        "km/h. How many km <was it|were covered>?",
        "I'm <doing|going|moving at> {v} km/h. <How far|How many km> will I go in {t} hours?",
        "Each hour <the steamer|the wagon|the train> <makes|covers|does> {v} km. <What|How "
        "much> is that in {t} hours, in km?",
        "I <wonder|would like to know|want to know> how <far|many km> one <goes|travels> in "
        "{t} hours when going {v} km/h.",
        "<km|kilometres|distance> <from|with|given> speed {v} km/h and time {t} h",
        "In {t} hours, how <far|many km> <does|will> {name} <travel|go|ride> <if|when> the "
        "speed is {v} km/h?",
        "<Given|With|Assuming> a <steady|constant|fixed> speed of {v} km/h, "
        "<state|give|name> the km <done|covered> after {t} hours.",
        "Going a steady {v} km/h, <a tractor|a tram|a truck> <stopped|arrived> after {t} "
        "hours. How many km did it <drive|go>?",
        "what distance in km does {name} <do|cover|travel> at {v} km/h <over|in> {t} hours",
        "The <speedometer|dial|display> <shows|says|reads> {v} km/h for {t} hours <on "
        "end|without a break>. <Distance in km?|How many km is that?>",
        "Q: {t} hours at {v} km/h, <how far is that|how many km is that|how many km>? A:",
        "After {t} hours, how many km has a <courier|cyclist|skater> done who keeps <up|to> {v} "
        "km/h?",
        "<Start|Departure> now, arrival in {t} hours, speed {v} km/h: how <long is the way in "
        "km|many km is the way>?",
        "{name}'s <moped|canoe|sledge> <makes|does> {v} km/h; <find|state> the km done after {t} "
        "hours.",
        "speed times time: {v} km/h, {t} h, <so how many km|how many km is it>?",
        "We can <drive|ride> {t} hours <today|before dark>. With {v} km/h, how many km will we "
        "<manage|cover>?",
        "A <storm|cloud> <moves|drifts> {v} km per hour. How many km does it <move|go> in {t} "
        "hours?",
    ),
    "time": (
        "How many hours does a car need for {d} km at {v} km/h?",
        "A train covers {d} km at {v} km/h. How many hours does it take?",
        "{name} rides {d} km at {v} km/h. How many hours is that?",
        "distance {d} km, speed {v} km/h, time in hours?",
        "A bus drives {v} km/h. After how many hours has it gone {d} km?",
        "At {v} km per hour, how long in hours do {d} km take?",
        "{name} must go {d} km and makes {v} km an hour. How many hours does it take?",
        "The <village|lake|airport|coast> is {d} km away. At {v} km/h, how many hours <does "
        "it take|do I need> to get there?",
        "<Work out|Find|Compute|Calculate> the <time|travel time|driving time> in hours for "
        "{d} km at {v} km/h.",
        "{d} km at {v} km/h - <how many hours|how long in hours|time in hours>?",
        "how many hours <to do|to cover|to drive|for> {d} km <at|going|when doing> {v} km/h",
        "<Could|Can> you <tell me|say|work out> in how many hours <a ship|a lorry|a tram> "
        "<covers|does> {d} km at {v} km/h?",
        "<A ferry|A barge|A ship> <sails|moves> at {v} km/h and <has to cross|must cross> "
        "{d} km of water. For how many hours is it at sea?",
        "If <a drone|a bird|a balloon> flies {v} km every hour, how many hours does it "
        "<need|take> for {d} km?",
        "{name} still has {d} km <to go|left> and <goes|does|travels at> {v} km/h. How many "
        "hours <remain|are left>?",
        "Each hour <the lorry|the wagon|the train> <makes|covers|does> {v} km. <It goes|It "
        "travels> {d} km in how many hours?",
        "I <wonder|would like to know|want to know> how many hours a <trip|ride|journey> of "
        "{d} km takes at {v} km/h.",
        "<hours|time in hours> <from|with|given> distance {d} km and speed {v} km/h",
        "<Given|With|Assuming> a <steady|constant|fixed> speed of {v} km/h, "
        "<state|give|name> the hours <needed|required> for {d} km.",
        "We're <doing|going> {v} km/h and <want|hope> to go {d} km <today|in all>. How many "
        "hours <will that take|will we need>?",
        "After a <drive|ride|journey> of {d} km at {v} km/h {name} <arrives|gets home>. How "
        "many hours <did it take|have passed>?",
        "<It's|It is> {d} km to {name}'s <house|farm|school>. How many hours is that at {v} km/h?",
        "For how many hours must <one|you> <go|travel|drive> at {v} km/h to "
        "<cover|complete|make> {d} km?",
        "The <road|track|route> is {d} km long. A <van|coach|motorbike> <goes along "
        "it|follows it> at {v} km/h. How many hours <pass|go by>?",
        "Q: distance {d} km, <speed|pace> {v} km/h, <how many hours|what is the time in hours>? A:",
        "{name}'s <moped|canoe|sledge> <makes|does> {v} km/h; <find|state> the hours it needs for "
        "{d} km.",
        "A <storm|cloud> <moves|drifts> {v} km per hour. In how many hours does it <move|go> {d} "
        "km?",
        "distance over speed: {d} km, {v} km/h, <so how many hours|how many hours is it>?",
        "With {d} km <ahead|to drive> and a speed of {v} km/h, how many hours <lie ahead|will "
        "pass>?",
        "<Two towns|Two ports> lie {d} km apart. Going at {v} km/h, {name} <gets|goes> from one to "
        "the other in how many hours?",
        "At a speed of {v} km/h, {d} km are <done|behind us> after how many hours?",
    ),
    "speed": (
        "A car drives {d} km in {t} hours. What is its speed in km/h?",
        "A train needs {t} hours for {d} km. How fast is it in km/h?",
        "{name} cycles {d} km in {t} hours. How many km per hour is that?",
        "distance {d} km, time {t} h, speed in km/h?",
        "What speed in km/h takes a bus {d} km in {t} hours?",
        "How fast must {name} drive, in km/h, to cover {d} km in {t} hours?",
        "In {t} hours a boat makes {d} km. What is its speed in km/h?",
        "<A ship|A ferry|A lorry> <covered|did|made> {d} km in {t} hours. <What was its "
        "average speed|How fast was it> in km/h?",
        "<Work out|Find|Compute|Calculate> the speed in km/h <of someone who does|for> {d} "
        "km in {t} hours.",
        "{d} km in {t} h - <how fast in km/h|what speed in km/h|how many km/h>?",
        "how many km <does {name} do|does {name} cover|does {name} make> per hour if {d} km "
        "take {t} hours",
        "<Could|Can> you <tell me|say|work out> the speed in km/h if {d} km <take|need> {t} hours?",
        "The <trip|ride|journey> of {d} km <took|lasted> {t} hours. What was the <average "
        "speed|mean speed|speed> in km/h?",
        "<At an even pace|Without a break>, {name} <travelled|went> for {t} hours and "
        "<covered|did> {d} km. How many km was that <each|per|every> hour?",
        "If <a drone|a bird|a balloon> flies {d} km in {t} hours, how many km does it fly "
        "<each|per|in one> hour on average?",
        "I <wonder|would like to know|want to know> how fast, in km/h, a <bus|tram|scooter> "
        "goes that does {d} km in {t} hours.",
        "<km/h|speed in km/h|average km/h> <from|with|given> distance {d} km and time {t} h",
        "{t} hours <is what|is the time> a <coach|van|train> <needs|takes> for {d} km. "
        "<Its|What is its> speed in km/h?",
        "I have {t} hours to <get to|reach> a <town|port|lake> {d} km away. <What speed|What "
        "average speed> in km/h do I need?",
        "<Given|With> {d} km <covered|done> in {t} hours, <state|give|name> the "
        "<speed|average speed> in km/h.",
        "<At what|With what> speed in km/h <does|will> <a lorry|a boat|a tractor> <cover|go> "
        "{d} km in {t} hours?",
        "The <odometer|counter> <shows|says> {d} km after {t} hours of driving. <What was "
        "the average in km/h?|How many km/h is that on average?>",
        "{name} <left|set out> {t} hours ago and is <already|now> {d} km down the road. What "
        "<average speed|speed> in km/h is that?",
        "<To arrive|To be there> in {t} hours, how many km per hour must we <do|go|drive> on "
        "a <road|route> of {d} km?",
        "Q: {d} km <took|needed> {t} hours, <how fast was it in km/h|what was the speed in "
        "km/h>? A:",
        "{name}'s <moped|canoe|sledge> needs {t} hours for {d} km; <find|state> its speed in km/h.",
        "A <storm|cloud> <moves|drifts> {d} km in {t} hours. How many km does it <move|go> per "
        "hour?",
        "distance over time: {d} km, {t} h, <so how many km/h|what is it in km/h>?",
        "<Two towns|Two ports> lie {d} km apart. {name} gets from one to the other in {t} hours. "
        "<Average|Mean> speed in km/h?",
        "<Doing|Covering> {d} km in {t} hours means going <how many|what number of> km/h<| on "
        "average>?",
        "After {t} hours at one <steady|fixed> speed, {d} km are done. <Which|What> speed in km/h?",
    ),
}
AGE = {
    "later": (
        "{name} is {a} years old. How old will {name} be in {b} years?",
        "{name} is {a} now. What age will {name} be {b} years from now?",
        "age now {a}; age in {b} years?",
        "If I am {a} today, how old am I in {b} years?",
        "In {b} years, how old is {name}, who is {a} now?",
        "Today {name} <turns|has turned|is turning> {a}. <Which|What> birthday "
        "<comes|follows|will it be> in {b} years?",
        "Look {b} years <ahead|forward>: how old is <somebody|someone> then, if {a} <now|today>?",
        "{a} years old <now|today>, how old {b} years <later|from now|on>?",
        "<Could|Can> you <tell me|say|work out> {name}'s age in {b} years? {name} is {a} "
        "<now|at the moment|today>.",
        "{name} <celebrates|celebrated> birthday number {a} today. {b} years <on|later>, how "
        "old will {name} <be|have become>?",
        "<My|Our> <cousin|neighbour|teacher> {name} is {a}. <What|Which> age will {name} "
        "have <reached|come to> {b} years from now?",
        "<Work out|Find|Compute|Calculate> how old {name} will be in {b} years, <given a "
        "present age of|if now> {a}.",
        "<When|Once> {b} more years have <passed|gone by>, how old will {a}-year-old {name} be?",
        "I'm {a}. <What will my age be|How old will I be|How old am I going to be> <in {b} "
        "years|{b} years from now>?",
        "how old will {name} <be|get to be> {b} years from <now|today>, <age "
        "today|now|currently> {a}",
        "{name} <moves|is moving> abroad at {a} and <returns|comes back> {b} years later. "
        "<At what age is that|How old is {name} then>?",
        "The <tree|house|bridge> <is|is now> {a} years old. How old will it be in {b} years?",
        "I <wonder|would like to know|want to know> what age {name} will be in {b} years. "
        "<Now|Today|At present> {name} is {a}.",
        "<present|current|today's> age {a}, <plus|and then> {b} years, <new age|future "
        "age|age then>?",
        "{name} <started|joined> the <choir|club|team> at {a} and <left|quit> {b} years "
        "later. How old was {name} <then|on leaving>?",
        "<Suppose|Say|Imagine> {name} is {a}. <State|Give|Name> {name}'s age {b} years "
        "<later|from now|in the future>.",
        "<Let|Allow> {b} years <go by|pass>: what age <does|will> {name}, {a} <now|today>, "
        "<have|reach> then?",
        "Q: {name} is {a}. <How old in {b} years|Age in {b} years|How old {b} years from now>? A:",
        "{b} years <more|further> and {name}, {a} now, will be <how old|what age>?",
        "<Our|The> <tortoise|parrot> is {a}. What will its age be {b} years from <now|today>?",
        "<Passport|File> of {name}: age {a}. Next <one due|check> in {b} years. <Age|How old> "
        "then?",
        "{name}, {a}, <plans|hopes> to <travel|move> in {b} years. At what age <is that|will that "
        "be>?",
        "what age is {a} years plus {b} <more years|years of waiting|years>",
        "<Count|Go> {b} years <forward|ahead>: {name} is {a} <today|now>, so what age then?",
    ),
    "earlier": (
        "{name} is {a} years old. How old was {name} {b} years ago?",
        "How old was {name} {b} years ago if {name} is {a} now?",
        "age now {a}; age {b} years ago?",
        "{b} years ago {name} was how old? Today {name} is {a}.",
        "Today {name} is {a}. What was {name}'s age {b} years ago?",
        "<Could|Can> you <tell me|say|work out> {name}'s age {b} years ago? {name} is {a} "
        "<now|at the moment|today>.",
        "{a} years old <now|today>, how old {b} years <ago|before|earlier>?",
        "<Work out|Find|Compute|Calculate> how old {name} was {b} years ago, <given a "
        "present age of|if now> {a}.",
        "{name} <celebrates|has just had> birthday number {a}. How old was {name} {b} years "
        "<ago|before|earlier>?",
        "I'm {a}. <What was my age|How old was I|How old would I have been> {b} years <ago|back>?",
        "<My|Our> <cousin|neighbour|teacher> {name}, {a} <now|today>, <moved|came> here {b} "
        "years ago. At what age was that?",
        "Go back {b} years: how old was <somebody|a person|someone> who is {a} <now|today>?",
        "how old was {name} {b} years <ago|back>, <age today|now|currently> {a}",
        "The <tree|house|bridge> is {a} years old <now|today>. How old was it {b} years "
        "<ago|back>?",
        "I <wonder|would like to know|want to know> what age {name} was {b} years ago. "
        "<Now|Today|At present> {name} is {a}.",
        "{name} <met|got to know> {other} {b} years ago and is {a} <now|today>. How old was "
        "{name} <then|at that time>?",
        "<present|current|today's> age {a}, <take off|minus|less> {b} years, <earlier "
        "age|past age|age then>?",
        "A <photo|picture> <taken|made> {b} years ago shows {name}, <now|today> {a}. How old "
        "is {name} in <it|that one>?",
        "<Suppose|Say|Imagine> {name} is {a} now. <State|Give|Name> {name}'s age {b} years "
        "<earlier|before|ago>.",
        "It's {b} years since {name} <learned to swim|got a piano|had a dog>. {name} is {a} "
        "now and was how old <then|at the time>?",
        "At {a}, {name} <looks|thinks> back {b} years. <What|Which> age <is that|was {name} then>?",
        "<Since|As> {name} is {a} <today|now>, <what|which> age was {name} {b} years "
        "<ago|before that>?",
        "Q: {name} is {a}. <How old {b} years ago|Age {b} years ago|Age {b} years back>? A:",
        "Count back {b} years from {name}'s <present|current> age, {a}. What age <is it|do you "
        "get>?",
        "The <tortoise|parrot> is {a} now. We <got|found> it {b} years ago. <How old was it|At "
        "what age> then?",
        "{name}'s <brother|friend> left {b} years ago, when {name} was how old? {name} is {a} "
        "<now|today>.",
        "For {b} years {name} has <played chess|lived here>. {name} is {a} now. At what age did it "
        "<begin|start>?",
        "<Subtract|Take> {b} years from {name}'s {a}. How old was {name} then?",
        "what was the age of {name}, now {a}, <a full|exactly> {b} years <ago|back>",
    ),
    "older": (
        "{other} is {a}. {name} is {b} years older. How old is {name}?",
        "{name} is {b} years older than {other}, who is {a}. How old is {name}?",
        "How old is {name}, if {other} is {a} and {name} is {b} years older?",
        "{other}: {a} years. {name}: {b} years more. age of {name}?",
        "{other} is {a} years old, {name} has {b} years more. What is {name}'s age?",
        "<Could|Can> you <tell me|say|work out> {name}'s age? {other} is {a} and {name} is "
        "{b} years older.",
        "{other} was born {b} years after {name} and is {a} <now|today>. How old is {name}?",
        "<Work out|Find|Compute|Calculate> {name}'s age: {b} years <more than|above> "
        "{other}, who is {a}.",
        "{other} {a}, {name} {b} years older, <how old is {name}|age of {name}|so {name} is>?",
        "{name} was <already|exactly> {b} when {other} was born. {other} is {a} <now|today>. "
        "<What age|How old> is {name}?",
        "<If|When> {other} is {a} and {b} years younger than {name}, <what is {name}'s "
        "age|how old is {name}>?",
        "{other}, <aged|at> {a}, is {b} years younger than {name}. <What age|How old> is {name}?",
        "I'm {a} and my <friend|neighbour|cousin> {name} is {b} years older. <How old is "
        "{name}|What is {name}'s age>?",
        "what is {name}'s age if {other} is {a} and <there are|it's> {b} years <between "
        "them|in between>, {name} being the elder",
        "<Between|Of> {name} and {other}, {name} is older by {b} years. {other} is {a}. "
        "<State|Give|Name> {name}'s age.",
        "I <wonder|would like to know|want to know> how old {name} is. {other} is {a}, and "
        "{name} is {b} years <older|ahead>.",
        "{other} <turns|has turned> {a} today. {name}, <with the same birthday|born on the "
        "same date>, is {b} years older. How old is {name}?",
        "<Add {b} years to|Put {b} years on top of> {other}'s age, {a}, and you <get|have> "
        "{name}'s. How old is {name}?",
        "<Our|The> <old house|barn|tower> is {a} years old, the <church|bridge|mill> {b} "
        "years older. How old is the latter?",
        "In <class|the team|the choir> {other} is the youngest at {a}. {name} is {b} years "
        "older, <so how old|which makes how many years>?",
        "<Though|Although> {name} <looks young|seems younger>, {name} is {b} years older "
        "than {other}. {other} is {a}. {name}'s age?",
        "{name}'s age is <unknown|a secret>, but {name} has {b} years <more than|on> "
        "{other}, and {other} is {a}. <Which age|What age> is it?",
        "Q: {other} is {a}, {name} is {b} years older. <How old is {name}|{name}'s age>? A:",
        "{name} is the <elder|older> one, by {b} years. With {other} at {a}, how old is {name}?",
        "{b} years <lie between|separate> {other}, {a}, and the older {name}. <How old|What age> "
        "is {name}?",
        "{other} is {a} and {name} is {b} years ahead <in age|of {other}>, so what age is {name}",
        "<Find|State|Give> the age of {name}: {other} is {a}, <that is|which is> {b} years less.",
        "{other}'s age is {a}. It <falls|is> {b} years short of {name}'s. How old is {name}?",
        "What age is {name} <if|when> {other}, {b} years <younger|the younger>, is {a}?",
        "{name}? {other} is {a}, and {name} <came|was born> {b} years <earlier|before>. <Age|How "
        "old>?",
        "<My friend|My cousin|My boss> {other} is {a}; I am {b} years older. <How old am I|My "
        "age>?",
        "{other} {a}, {name} +{b}. <age of {name}|how old is {name}>?",
        "<A form asks|The doctor asks> for {name}'s age: {b} years <over|above> {other}'s {a}. "
        "<What is it|What do I write>?",
        "<number only|just the number|age only>: {name} is {b} years older than {other}, {a}",
        "how old is {name}? {other} is {a} <n|and> {name} {b} yrs older",
        "<At the party|In the photo> {other} is {a} and {name} is {b} years older. <How old is "
        "{name}|{name} is>?",
        "<Guess|Find out> my age: {other} is {a}, I have {b} years more. <How old am I|What is "
        "it>?",
        "<Say|Tell me|Give me|Show me> how old {name} is, <being|if> {b} years older than "
        "{other}, <aged|who is> {a}.",
        "<Sister|Brother|Friend> {other} is {a}. {name}, {b} years older, <turns what|is what "
        "age|is how old|is what>?",
        "<So|Now|Well>, {other} is {a} and {b} years behind {name}. {name} <is|must be> <how "
        "old|what age>?",
    ),
    "times": (
        "{other} is {a} years old. {name} is {c} times as old. How old is {name}?",
        "{name} is {c} times as old as {other}, who is {a}. How old is {name}?",
        "How old is {name}, if {other} is {a} and {name} is {c} times as old?",
        "{other}: {a} years. {name}: {c} times that. age of {name}?",
        "{other} is {a}, {name} is {c} times that age. How old is {name}?",
        "<Could|Can> you <tell me|say|work out> {name}'s age? {other} is {a} and {name} is "
        "{c} times as old.",
        "<Work out|Find|Compute|Calculate> {name}'s age: {c} times that of {other}, who is {a}.",
        "{other} {a}, {name} {c} times as old, <how old is {name}|age of {name}|so {name} is>?",
        "<If|When> {name} is {c} times {other}'s age and {other} is {a}, <what is {name}'s "
        "age|how old is {name}>?",
        "{other}, <aged|at> {a}, has a <teacher|doctor|boss>, {name}, who is {c} times as "
        "old. <What age|How old> is {name}?",
        "I'm {a} and my <aunt|uncle|grandparent> {name} is {c} times as old. <How old is "
        "{name}|What is {name}'s age>?",
        "what is {name}'s age <if|when|given that> {other} is {a} and {name}'s age is {c} "
        "times <as much|that>",
        "<Multiply {other}'s age, {a}, by {c}|Take {other}'s age, {a}, {c} times> and you "
        "<get|have> {name}'s age. How old is {name}?",
        "I <wonder|would like to know|want to know> how old {name} is. {other} is {a}, "
        "{name} {c} times <as old|that age>.",
        "<Compared with|Next to> {other}, who is {a}, {name} is {c} times as old. "
        "<State|Give|Name> {name}'s age.",
        "The <shed|barn|tower> is {a} years old, the <church|bridge|mill> {c} times as old. "
        "How old is the <latter|second one>?",
        "{name}'s age <equals|is> {c} times {a}, {a} being {other}'s age. <What age|How old> "
        "is {name}?",
        "<For|To> every year of {other}'s age, {name} has {c}. {other} is {a}. How <old|many "
        "years old> is {name}?",
        "{other} <turns|has turned> {a} today. {name} is {c} times as old <today|now>. "
        "<Which|What> age is that?",
        "<Nobody knows|They won't say> how old {name} is, only that it is {c} times "
        "{other}'s {a} years. <So how old|What age>?",
        "<Both|The two> <share a birthday|live here>: {other} is {a}, {name} is {c} times as "
        "old. {name}'s age?",
        "{c} times as old as {other} is {name}. <With|Given> {other} <aged|at> {a}, <what is "
        "{name}'s age|how old is {name}>?",
        "Q: {other} is {a}, {name} <is |>{c} times as old. <How old is {name}|{name}'s age>? A:",
        "{other}'s {a} years <fit|go> {c} times into {name}'s age. How old is {name}?",
        "{a} years, {other}'s age, <times|multiplied by> {c} is {name}'s age. How old is {name}?",
        "<Count|Take> {c} times the {a} years of {other} to get {name}'s age. <What is it|How old "
        "is {name}>?",
        "{other}'s age, {a}, is one part; {name}'s age is {c} such parts. <How old|What age> is "
        "{name}?",
        "The <tortoise|parrot> {name} has lived {c} times as long as {other}, <aged|who is> {a}. "
        "Age of {name}?",
        "how many years old is {name} <with|at> {c} times the age of {other}, who is {a}",
        "<My friend|My cousin|My son> {other} is {a}; I am {c} times as old. <How old am I|My "
        "age>?",
        "{other} {a}, {name} x{c}. <age of {name}|how old is {name}>?",
        "<A form asks|The doctor asks> for {name}'s age: {c} times {other}'s {a}. <What is "
        "it|What do I write>?",
        "<number only|just the number|age only>: {name} is {c} times as old as {other}, {a}",
        "how old is {name}? {other} is {a} <n|and> {name} {c} times as old",
        "<At the party|In the photo> {other} is {a} and {name} is {c} times as old. <How old is "
        "{name}|{name} is>?",
        "<Guess|Find out> my age: {other} is {a}, mine is {c} times that. <How old am I|What is "
        "it>?",
        "<Say|Tell me|Give me|Show me> how old {name} is, <being|if> {c} times as old as {other}, "
        "<aged|who is> {a}.",
        "<Sister|Brother|Friend> {other} is {a}. {name}, {c} times as old, <turns what|is what "
        "age|is how old|is what>?",
        "<So|Now|Well>, {other} is {a} and {name} {c} times that. {name} <is|must be> <how "
        "old|what age>?",
        "{c} times <the years|the age> of {other} ({a}) <give|make> {name}'s age. <How old|So>?",
    ),
}
RECTANGLE = {
    "area": (
        "A rectangle is {a} cm long and {b} cm wide. What is its area?",
        "What is the area of a rectangle of {a} by {b}?",
        "area of rectangle {a} x {b}",
        "A room is {a} m by {b} m. How many square metres is the floor?",
        "Find the area of a rectangle with sides {a} and {b}.",
        "A garden is {a} m long and {b} m wide. How big is it in square metres?",
        "The sides of a rectangle are {a} and {b}. Compute its area.",
        "How large is the area of a field of {a} m by {b} m?",
        "How many 1 by 1 tiles cover a floor of {a} by {b}?",
        "A sheet measures {a} cm by {b} cm. What area does it have?",
        "<Could|Can> you <tell me|say|work out> the area of a rectangle <with sides "
        "of|measuring> {a} by {b}?",
        "<length|long side> {a}, <width|short side> {b}, area of the rectangle?",
        "<Carpet|Turf|Paint> <must cover|is to cover> a rectangle of {a} m by {b} m. How "
        "many square metres <is that|are needed>?",
        "If a <rectangle's|rectangular plate's> sides are {a} cm and {b} cm, <what is its "
        "area|how many square cm is it>?",
        "{name} <paints|is painting> a wall {a} m long and {b} m high. How many square "
        "metres <is that|does it have>?",
        "<I have|There's|Here is> a rectangle, {a} units by {b} units. <Find|Give me> its area.",
        "how many square <metres|feet|units> <is|are in|fit in> a rectangle {a} long and {b} wide",
        "<A farmer|{name}|Our town> <ploughs|sows> a rectangular field, {a} m by {b} m. "
        "<State|Find|Give> its area.",
        "I <need|would like to know|want to know> the area of a <rectangular |>screen {a} cm "
        "wide and {b} cm high.",
        "<Squared paper|A grid> has {a} columns and {b} rows of unit squares. What area do "
        "<they|all of them> cover?",
        "rectangle, sides {a} and {b} - <area|its area|what is the area>?",
        "<Given|With> a length of {a} and a width of {b}, what area does <a|the> rectangle "
        "<have|cover|take up>?",
        "<Determine|Figure out|Report> the area in square cm of a <flat|thin> "
        "<card|tile|sheet>, {a} cm x {b} cm.",
        "On a <plan|map> a rectangular <yard|hall|stage> is {a} m x {b} m. How many square "
        "metres <of floor does it have|does it take up>?",
        "To <tile|board> a <kitchen|hall> of {a} m by {b} m, how many square metres must "
        "<we|they|you> cover?",
        "{b} cm <high|tall> and {a} cm <wide|across>: how many square cm <of paper|of card> "
        "does this rectangular <poster|label> take up?",
        "A <pool|stage|roof> {a} m long has a width of {b} m. <Its area in square "
        "metres?|How many square metres is its area?>",
        "Q: <what is the area of a|area of a> {a} by {b} rectangle? A:",
        "<Multiply|Use> length {a} and width {b} to get the area of <the|a> rectangle. What is it?",
        "A <flag|banner|mat> is {a} cm by {b} cm. How many square cm of <cloth|fabric> is that?",
        "<Lawn|Grass|Sand> for a yard {a} m long and {b} m wide: how many square metres?",
        "A chocolate bar has {a} by {b} square pieces of area 1. What area has the <bar|whole "
        "bar>?",
        "My <desk|bed|window> measures {a} by {b}. I <need|want> its area<|, please>.",
        "<Say|Report> how much area a rectangle <takes up|covers> that is {a} by {b}.",
    ),
    "perimeter": (
        "A rectangle is {a} cm long and {b} cm wide. What is its perimeter?",
        "What is the perimeter of a rectangle of {a} by {b}?",
        "perimeter of rectangle {a} x {b}",
        "A field is {a} m by {b} m. How many metres of fence go all the way around it?",
        "Find the perimeter of a rectangle with sides {a} and {b}.",
        "How far is it once around a park of {a} m by {b} m?",
        "The sides of a rectangle are {a} and {b}. Compute its perimeter.",
        "A picture is {a} cm by {b} cm. How long is its frame all around?",
        "How long is the edge around a table of {a} by {b}?",
        "A garden is {a} m long and {b} m wide. How long is the way around it?",
        "<Could|Can> you <tell me|say|work out> the perimeter of a rectangle <with sides "
        "of|measuring> {a} by {b}?",
        "<length|long side> {a}, <width|short side> {b}, perimeter of the rectangle?",
        "<Ribbon|Lace|Tape> goes once round the edge of a cloth, {a} cm by {b} cm. How many "
        "cm <is that|are needed>?",
        "If a <rectangle's|rectangular plate's> sides are {a} cm and {b} cm, <what is its "
        "perimeter|how far is it around in cm>?",
        "{name} <walks|runs> once around a rectangular pitch, {a} m by {b} m. How many "
        "metres <is that|does {name} go>?",
        "<I have|There's|Here is> a rectangle, {a} units by {b} units. <Find|Give me> its "
        "perimeter.",
        "how many <metres|feet|units> <is it|does it measure> all the way round a rectangle "
        "{a} long and {b} wide",
        "<A farmer|{name}|Our town> <fences|walls> in a field, {a} m by {b} m, on all four "
        "sides. How <long|many metres> is the <line|border>?",
        "I <need|would like to know|want to know> the perimeter of a <rectangular |>screen "
        "{a} cm wide and {b} cm high.",
        "<Add up|Sum|Total> all four sides of a rectangle <that is|of> {a} by {b}.",
        "rectangle, sides {a} and {b} - <perimeter|its perimeter|distance all around>?",
        "<Given|With> a length of {a} and a width of {b}, what perimeter does <a|the> "
        "rectangle have?",
        "<Determine|Figure out|Report> the <perimeter|length of the whole edge> in cm of a "
        "<card|tile|sheet>, {a} cm x {b} cm.",
        "On a <plan|map> a rectangular <yard|hall|stage> is {a} m x {b} m. How many metres "
        "do its four sides <make|have> together?",
        "To put a <hedge|fence|wall> on all four sides of a plot {a} m by {b} m, how many "
        "metres <are needed|does it take>?",
        "{b} cm <high|tall> and {a} cm <wide|across>: how many cm of <edge|border> has this "
        "rectangular <poster|label> all round?",
        "A <pool|stage|roof> {a} m long has a width of {b} m. <Its perimeter in metres?|How "
        "many metres is its perimeter?>",
        "Q: <what is the perimeter of a|perimeter of a> {a} by {b} rectangle? A:",
        "<Take|Use> length {a} and width {b} to get the perimeter of <the|a> rectangle. What is "
        "it?",
        "A <flag|banner|mat> is {a} cm by {b} cm. How many cm of <trim|lace> go round its edge?",
        "An <ant|insect> crawls once along all four edges of a tile, {a} cm by {b} cm. <How many "
        "cm|How far in cm>?",
        "My <desk|bed|window> measures {a} by {b}. I <need|want> its perimeter<|, please>.",
        "<Say|Report> how long the <outline|boundary> of a rectangle is that is {a} by {b}.",
        "two sides of {a} and two of {b} <form|make> a rectangle, what's its <perimeter|total edge "
        "length>",
        "{a} x {b} rectangle, <perimeter|all the way round|round the edge>?",
        "<I'm building|We're building|She builds> a <pen|run> of {a} m by {b} m. How many m of "
        "<wire|fence>?",
        "<My yard|Our lot|The pond> is {a} m by {b} m. <Walking|Going> round it is how many m?",
        "<number only|just the number>: perimeter, sides {a} and {b}",
        "how far <arround|around> a {a} by {b} <field|rectangle>",
    ),
}
