"""The wordings of word problems of two and three steps, by the calculation that solves them."""

from __future__ import annotations

TWO = {
    "a+b-c": (
        "{name} has {a} {things}, buys {b} more and gives away {c}. How many are left?",
        "A bus has {a} people. {b} get on and {c} get off. How many are on it now?",
        "{a} {things} are in a box. {name} adds {b} and takes out {c}. How many are in it?",
        "start {a} {things}, plus {b}, minus {c}. how many?",
        "{name} had {a} euros, earned {b} and spent {c}. How much is left?",
        "There were {a} {people}. {b} came and {c} left. How many are there now?",
        "How many {things} <are left|remain|are still there> <if|when> {name} <has|owns|starts "
        "with> {a}, <gets|finds|receives> {b} more and <loses|sells|gives away> {c}?",
        "A <train|tram|ferry> <set off|started> with {a} people on board. At the <next|first> "
        "stop {b} got on and {c} got off. How many <were on board|did it carry> then?",
        "The <library|school|club> <had|owned> {a} books. It <bought|was given> {b} "
        "<new|extra> ones and <threw away|sold|lost> {c}. <How many books does it have now|"
        "What is the number of books now>?",
        "<Find|Work out|Calculate|Compute> how many {things} {name} has after "
        "<getting|buying|collecting> {b} and then <losing|selling|giving away> {c}, having "
        "<begun|started> with {a}.",
        "{name}'s <account|bank account|savings account> <shows|holds|stands at> {a} euros. {b} "
        "euros come in, then {name} <withdraws|takes out> {c}. <What is the balance|How many "
        "euros are there now>?",
        "{name}: {a} {things}, +{b} from {other}, -{c} to {third}. <how many now|how many "
        "left|result>?",
        "A <farmer|shepherd> had {a} sheep. {b} lambs <were born|came|were added>, then {c} of "
        "all these animals <had to go|went to market>. <How big is the flock|How many animals "
        "are left> now?",
        "<Could you work out|Can you tell me|Would you mind finding> how many {things} are on the "
        "{place} if {a} were there, {name} <added|put down> {b} and {other} <took|removed> {c}?",
        "If {c} of the {people} <went home|left> after {b} had joined the {a} already "
        "<there|present>, how many <stayed|remained>?",
        "<In a pond|In a small lake> there are {a} fish. {name} <puts in|adds> {b}, <and then|and "
        "later> a heron <eats|catches> {c}. How many fish <swim there now|are left>?",
        "i had {a} {things}, got {b} <more|extra|new ones> and <lost|broke|sold> {c}, how many "
        "<now|have I got now|do I have left>?",
        "My phone <holds|has|stores> {a} photos. I <take|add> {b} and <delete|erase> {c}. <How "
        "many photos are on it now|What is the new number of photos>?",
        "Take {a} {things}, <add|put in> {b}, then <take away|remove> {c}: <what number is "
        "left|how many are left|how many remain>?",
        "In the morning {a} cars stood in the car park. By <noon|evening> {b} had <come|driven "
        "in> and {c} had <left|driven off>. How many <cars stood there|were there> then?",
        "{name} <scores|wins|gets> {a} points in the first <game|round> and {b} in the "
        "<next|second>, but loses {c} <as a penalty|for a foul>. What is the <score|total>?",
        "A <baker|cook> makes {a} rolls at dawn and {b} at noon, then <sells|gives away|burns> "
        "{c}. <How many rolls are left over|How many are still there>?",
        "<Yesterday|Last night|On Monday> a <shop|store|kiosk> had {a} {things}. Today {b} <came "
        "in|were delivered> and {c} were sold. How many <does it have|are there> now?",
        "It was {a} degrees <at dawn|in the morning>, then <rose|went up> by {b} and <later|in the "
        "evening> <fell|dropped> by {c}. How <warm is it|many degrees is it> now?",
        "{name} has {a} {things}, {other} has {b}. Together they <use up|give away|sell> {c}. How "
        "many do they <keep|still have>?",
        "{a} {things}. <Add|Plus> {b}. <Take away|Remove|Minus> {c}. <How many|What is left>?",
        "<After|Following> a <gift|delivery> of {b} {things} and a <loss|sale> of {c}, how many "
        "does {name} have? <Before|At the start|At first>, it was {a}.",
        "<Suppose|Say> {name} goes {a} steps on, {b} more, then {c} back: how many steps ahead?",
        "<Once|When> {name} has added {b} {things} to the {a} in <the|a> <drawer|sack> and "
        "<taken|pulled> out {c}, how many are <inside|in there>?",
        "<Income|Money in>: {a} and {b} euros. <Costs|Money out>: {c} euros. <Balance|Rest>?",
    ),
    "a*b+c": (
        "{name} has {a} {holders} of {b} {things} and {c} loose ones. How many {things} in all?",
        "{name} buys {a} {things} at {b} euros each and a bag for {c} euros. What is the total?",
        "A taxi costs {c} euros plus {b} euros per km. What do {a} km cost?",
        "{a} {holders} with {b} {things}, and {c} extra. how many?",
        "There are {a} rows of {b} chairs and {c} more by the wall. How many chairs are there?",
        "{name} works {a} hours for {b} euros each and gets {c} euros as a tip. How much is that?",
        "<How many {things} are there altogether|What is the total number of {things}>: {a} "
        "{holders} with {b} in each, plus {c} <lying loose|on the {place}|on their own>?",
        "<Every|Each> <day|evening> for {a} days {name} reads {b} pages, and <afterwards|then> "
        "{c} more. How many pages <is that|are read in all>?",
        "A <gardener|farmer> plants {a} rows of {b} <trees|bushes|cabbages> and {c} <more|others> "
        "<by the gate|near the house>. How many is that <in total|altogether>?",
        "There are {c} <loose|single> {things} on the {place} and also {a} full {holders}, each "
        "<holding|with> {b}. <Count all|Find the number of all> the {things}.",
        "To <rent|hire> a <bike|boat|car> you pay {c} euros once and {b} euros <per|for each|for "
        "every> hour. <How much|How many euros> do {a} hours cost?",
        "{a} x {b} {things} plus {c} <more|extra>, <total|how many in all|how many>?",
        "{name} already <has|owns> {c} {things} and <gets|buys|finds> {a} {holders} with {b} <in "
        "each|each>. How many {things} does {name} have <now|then>?",
        "<Work out|Calculate|Compute|Find> the <cost|price> of {a} tickets at {b} euros "
        "<each|apiece> <plus one|with a single> <booking fee|service charge> of {c} euros.",
        "If {name} <saves|puts aside> {b} euros a week for {a} weeks and had {c} euros <before|at "
        "the start>, how <much money is|many euros are> there <then|in the end>?",
        "<A class|Our class|A school> goes <on a trip|to the zoo> in {a} minibuses with {b} "
        "{people} each; {c} more come by <bike|train|car>. How many {people} <go|travel|take "
        "part>?",
        "i bought {a} <packs|bags|boxes> of {b} {things} and got {c} <free|as a gift|on top>, how "
        "many <is that|{things} do I have|in total>?",
        "<Could you|Can you|Would you> <tell me|work out> how many books {a} "
        "<shelves|piles|stacks> of {b} and {c} <single|loose|other> books make <together|in all>?",
        "{other} brings {c} {things}, while {a} {people} <bring|contribute> {b} <each|apiece>. "
        "How many {things} <is that|are brought> <in all|altogether>?",
        "A <series|show> has {a} episodes of {b} minutes< each|> and one <trailer|bonus film> of "
        "{c} minutes. How many minutes does all of it <last|take|run>?",
        "{a} <machines|workers|robots> each make {b} {things} today, and {c} are in stock "
        "<already|from yesterday>. How many {things} are there tonight?",
        "A train has {a} <coaches|carriages> with {b} seats each, and {c} seats in the "
        "<dining|restaurant> car. How many seats has it <in all|altogether>?",
        "A <plumber|gardener|painter> <asks|charges> {b} euros an hour and {c} euros for the "
        "<trip|drive>. <What|How much> do {a} hours cost in all?",
        "<If|When> {name} <packs|fills> {a} {holders} with {b} {things} each and has {c} left "
        "over, how many {things} were there <at first|at the start|to begin with>?",
        "{c} {people} <stand|wait> <by the door|outside> and {b} sit at <each|every one> of {a} "
        "tables. How many {people} <is that|are there> altogether?",
        "<Bottles|Cans|Jars>: {a} <cases|crates> of {b}, and {c} single. <How many in all|Total>?",
        "<For|In> each of {a} <games|tests|rounds> {name} <gets|earns> {b} points, and a bonus of "
        "{c} points <at the end|is added once>. How many points is that?",
        "<Suppose|Imagine|Say> {other} <has|owns> {b} {things} and {name} has {a} times as many "
        "<plus {c} more|and {c} on top of that>. How many does {name} have?",
        "<A path|A wall|A fence> is made of {a} <pieces|parts> of {b} metres and <one|a last one> "
        "of {c} metres. <How long is it|What is its length> in metres?",
        "{a} times {b} {things}, then {c} more, <makes|is> how many <in total|altogether>?",
    ),
    "a*b-c": (
        "{name} has {a} {holders} of {b} {things} and eats or loses {c}. How many are left?",
        "{a} {holders} hold {b} {things} each. {name} sells {c}. How many {things} are left?",
        "{name} earns {b} euros a day for {a} days and spends {c}. How much is left?",
        "{a} {holders} x {b} {things}, {c} broken. how many good ones?",
        "A hall has {a} rows of {b} seats. {c} seats are taken. How many are free?",
        "{name} buys {a} packs of {b} {things} and gives away {c}. How many remain?",
        "How many {things} <remain|are left> if {name} <has|buys|owns> {a} {holders} of {b} and "
        "then <sells|loses|gives away> {c} {things}?",
        "A baker fills {a} trays with {b} <rolls|buns|cakes> each, and in all {c} of them "
        "<burn|get burnt|are spoilt>. How many are <good|fine|all right>?",
        "<From|Out of> {a} {holders} with {b} {things} each, {other} takes {c} {things} <in "
        "all|altogether>. How many <stay there|are left>?",
        "{name} <works|helps> {a} hours at {b} euros <an|per> hour and then <pays|has to pay> {c} "
        "euros in tax. <How much is left|How many euros are left|What remains>?",
        "A <cinema|theatre|plane|lecture hall> has {a} rows with {b} seats each, and {c} seats "
        "<in all|altogether> stay empty. How many are <taken|in use>?",
        "{a} x {b} {things} minus {c}, <how many left|how many remain|rest>?",
        "Of all the {things} in {a} {holders} of {b}, {c} are <broken|bad|spoilt|missing>. "
        "<Find|State|Give> the number of the others.",
        "<Tell me|I'd like to know|Please work out> how many pages are unread in {a} "
        "<books|volumes|magazines> of {b} pages each if {name} has <read|finished> {c} pages.",
        "If a coupon takes {c} euros off the <whole|total> bill, <how much|what> do {a} {things} "
        "at {b} euros each cost?",
        "i have {a} <bags|packs> of {b} {things} and <use|lose|give away> {c} {things}, how many "
        "<left|are left|do I have then>?",
        "A gardener planted {a} rows of {b} <bushes|trees|lettuces>. The <frost|storm|drought> "
        "killed {c} plants. How many <survived|are still alive>?",
        "{name} must <solve|do> {b} sums a day for {a} days. So far {c} sums are <done|finished>. "
        "How many are <still to do|left to do|left>?",
        "A <press|machine|factory> <makes|turns out> {b} {things} an hour. After {a} hours {c} "
        "are <sent back|thrown out|rejected>. How many {things} are left?",
        "A <rope|ribbon|cable> is made of {a} pieces of {b} m, joined end to end. {name} cuts off "
        "{c} m. <How long is it now, in m|How many m are left>?",
        "<Calculate|Compute|Determine> what {name} still owes: {a} <payments|instalments> of {b} "
        "euros were <agreed|due>, and {c} euros <are|have been> paid.",
        "{a} <teams|groups> of {b} {people} <come|sign up|arrive>, but {c} {people} <fall ill|go "
        "home|drop out>. How many {people} <take part|stay|are left>?",
        "<We have|There are> {a} tables with {b} chairs each. All chairs but {c} are <taken|in "
        "use>. How many {people} <sit there|are seated>?",
        "The empty <tank|barrel> gets {b} litres <a|every> day for {a} days and then <loses|leaks> "
        "{c} litres. How many litres <are in it|does it hold>?",
        "<Having|With> {a} rolls of {b} metres of <wire|cloth|tape>, {name} uses {c} metres. How "
        "many metres <are left|remain>?",
        "<Seats|Chairs>: {a} rows of {b}. <Broken|Taken>: {c}. <How many others|How many left>?",
        "<Suppose|Imagine|Say> {other} has {b} {things} and {name} has {c} fewer than {a} times "
        "<that|that number>. How many does {name} <have|own>?",
        "<A wall|A floor|A roof> <needs|takes> {a} rows of {b} tiles. {c} tiles are <there|in "
        "place>. How many are <missing|still to be laid>?",
        "{name} <needs|wants> {a} {holders} of {b} {things} and already has {c} {things}. How many "
        "{things} are <missing|still needed>?",
        "how many {things} are <fine|good> in {a} packs of {b} if {c} {things} are <bad|lost>",
    ),
    "(a+b)*c": (
        "Each day {name} finds {a} {things} at home and {b} outside. How many in {c} days?",
        "A meal costs {a} euros and a drink {b}. What do {c} people pay for one of each?",
        "Every bag holds {a} red and {b} blue {things}. How many {things} are in {c} bags?",
        "one set: {a} {things} + {b} keys. how many items in {c} sets?",
        "{name} runs {a} km and walks {b} km each day. How many km is that in {c} days?",
        "{c} {people} each get {a} {things} and {b} sweets. How many items is that?",
        "How many {things} are <needed|used> for {c} <bags|sets|parcels> if each "
        "<gets|takes|holds> {a} <big|old|red> and {b} <small|new|blue> ones?",
        "A <ticket|seat> costs {a} euros and a <snack|programme> {b} euros. {c} {people} each "
        "<buy|want|take> both. How <much|many euros> is that <in all|altogether>?",
        "{name} does {a} <push-ups|sit-ups|jumps> in the morning and {b} in the evening, "
        "<every|each> day. How many <is that in|are done in> {c} days?",
        "In <each|every one> of {c} rooms there are {a} chairs and {b} <tables|lamps|desks>. How "
        "many pieces of furniture <is that|are there> in all?",
        "<Work out|Compute|Find> the <pay|earnings> for {c} days when {name} <earns|makes> {a} "
        "euros every morning and {b} euros every <afternoon|evening>.",
        "{c} {holders}, each {a} red + {b} blue {things}, <total|how many in all|how many "
        "{things}>?",
        "<There are|We have> {c} classes, each with {a} girls and {b} boys. <How many children is "
        "that|What is the number of children>?",
        "It takes {name} {a} minutes to <wash|clean> a car and {b} minutes to <dry|polish|wax> "
        "it. How many minutes do {c} cars take?",
        "The way to <school|work|the office> is {a} km by <bus|train> and {b} km on foot. How "
        "many km does {name} cover in {c} such <trips|journeys>, one way?",
        "If <a|one> <necklace|bracelet|chain> needs {a} <red|gold|glass> and {b} "
        "<blue|white|wooden> beads, how many beads do {c} <of them|such pieces> need?",
        "i <write|send> {a} emails and {b} <texts|letters> a day, how many messages <in|over> {c} "
        "days?",
        "<Could you|Can you|Would you> <say|tell me|work out> how many {things} {c} {people} have "
        "<in all|together> if each <owns|has> {a} old and {b} new ones?",
        "A <hotel|house|tower> has {c} floors. On <every|each> floor there are {a} <single|small> "
        "and {b} <double|large> rooms. How many rooms <does it have|are there in all>?",
        "{name} <packs|fills> {c} {holders} and puts {a} {things} and {b} <maps|bells|mugs> into "
        "each. <What is the number of items packed|How many items are packed>?",
        "One cake <needs|takes> {a} g of <flour|oats> and {b} g of <sugar|butter>. How many g of "
        "the two <together|in total> do {c} cakes <need|take>?",
        "<Every|Each> month {name} pays {a} euros for <the phone|water|the gym> and {b} euros for "
        "<internet|power|music>. <What do {c} months cost|How much is that in {c} months>?",
        "A <bus|van|ferry> carries {a} adults and {b} children on <each|every> trip. How many "
        "people is that <in|after> {c} trips?",
        "<Both|Two> <taps|pumps> run: one gives {a} litres a minute, the other {b}. How many "
        "litres <come|flow> in {c} minutes?",
        "In one hour {name} <makes|packs|sorts> {a} {things} and {other} {b}. How many is that "
        "<together|in total> after {c} hours?",
        "{a} plus {b} {things} <a|per|every> day, how many <after|in> {c} days",
        "<Suppose|Imagine|Say> <each|every> {thing} costs {a} euros to make and {b} euros to "
        "<send|paint|pack>. What do {c} {things} cost <in all|altogether>?",
        "Per day a <cow|horse> eats {a} kg of hay and {b} kg of <corn|grass>. How many kg of "
        "<food|feed> is that <for|in> {c} days?",
        "A house has {a} doors and {b} windows. <Together|Doors plus windows>, how many do {c} "
        "<such|equal> houses have?",
        "<Each|Every> team: {a} girls, {b} boys. Teams: {c}. <How many players|Players in all>?",
    ),
    "(a+b)/c": (
        "{name} brings {a} {things}, {other} {b}. {c} {people} share them all. How many each?",
        "{a} red and {b} blue {things} are put into {c} equal {holders}. How many in each?",
        "{c} people split a bill of {a} euros and a tip of {b} euros. What does each pay?",
        "{a} + {b} {things}, {c} equal shares. how many per share?",
        "{name} gets {a} {things}, then {b}. They go into {holders} of {c}. How many {holders}?",
        "{a} girls and {b} boys form teams of {c}. How many teams are there?",
        "How many {things} <does each child get|are there per child> if {a} <red|old|big> and {b} "
        "<blue|new|small> ones are shared <equally|evenly|fairly> by {c} children?",
        "{name} <picks|collects|gathers> {a} <shells|nuts|flowers> on <Monday|Saturday> and {b} "
        "on Sunday. All go into {c} equal <heaps|bags|bowls>. How many in <each|one>?",
        "<Share|Divide|Split> {a} {things} and {b} more <evenly|equally|fairly> <among|between> "
        "{c} {people}. How many does <each|everyone> <get|receive>?",
        "The <bus|room|tent> costs {a} euros and the <food|music> {b} euros. {c} friends "
        "<split|share> the <cost|bill> equally. How much <does each pay|is it per person>?",
        "{a} <adults|men> and {b} <children|women> cross the <river|lake|bay>. <Each|Every> boat "
        "takes {c} people. How many <boats are needed|full boats is that>?",
        "({a} + {b}) {things} <shared|split> by {c} {people}, <each|how many each|how many per "
        "person>?",
        "<Find|Work out|Calculate> how many pages a day {name} must read to <finish|get through> "
        "two books of {a} and {b} pages in {c} days, the same every day.",
        "Together {c} <brothers|sisters|cousins> get {a} euros from an <aunt|uncle> and {b} from "
        "{other}, and share equally. <What is one share|How much is it for each>?",
        "If {a} white and {b} brown eggs <go|are put> into cartons <of {c}|that hold {c} each>, "
        "how many cartons <are filled|do we fill|are full>?",
        "{c} <shelves|tables|trays> <are to|should|must> hold the same number of {things}. {name} "
        "has {a} and {other} {b} to put there. How many go on each?",
        "we have {a} {things} <in one bag|here> and {b} <in another|elsewhere>, {c} <of "
        "us|people> <share|split> them all equally, how many <each|for each>?",
        "<Could you|Can you|Would you please> tell me how many full rows of {c} <seats|chairs> "
        "{a} pupils and {b} <parents|teachers> fill <together|in all>?",
        "A <rope|ribbon|wire> of {a} m and another of {b} m are joined end to end and cut into "
        "{c} equal <pieces|parts>. How <long is each, in m|many m long is each>?",
        "{name} <walks|runs|cycles> {a} km and then {b} km, <in {c} hours in all|taking {c} hours "
        "altogether>. How many km per hour is that on average?",
        "Two <cans|tanks> with {a} and {b} litres are <emptied|poured> into {c} "
        "<buckets|bottles|jugs>, all equally full. How many litres are in <each|one>?",
        "<A puzzle|One ticket|A book> costs {c} euros. {name} has {a} euros and {other} "
        "<has|adds|brings> {b}. How many can they buy <together|with all of it>?",
        "<Work out|Find|Calculate> each share: {a} {things} <and|plus> {b} {things} "
        "<split|divided> evenly <among|between> {c} {people}.",
        "{name} earns {a} euros on <Friday|Monday> and {b} euros on <Saturday|Sunday>, in {c} "
        "hours altogether. How many euros <an|per> hour is that?",
        "<First|At first> {a} {people} come, then {b} <more|others>. They sit at {c} tables, the "
        "same number at each. How many <are at each|sit at one> table?",
        "{a} + {b} {things} in {c} <equal|equally full> {holders}, how many in <each|one>",
        "<I wonder|I'd like to know> how many days {a} <white|old> and {b} <brown|new> eggs last "
        "if we <eat|use> {c} eggs a day.",
        "The <hall|room> has {a} chairs <and|plus> {b} chairs from <next door|outside>, all in "
        "rows of {c}. How many rows <are there|is that>?",
        "Reading {a} pages of <one book|a novel> and {b} pages of <another|a guide> at {c} pages a "
        "day <takes|needs> how many days?",
        "<Food|Meat>: {a} euros. <Drinks|Fish>: {b} euros. {c} equal shares. <How much is "
        "one|One>?",
    ),
}
THREE = {
    "a*b+c*d": (
        "{name} buys {a} {things} at {b} euros and {c} maps at {d} euros each. What is the total?",
        "{a} {holders} hold {b} {things} each and {c} tins hold {d} each. How many in all?",
        "Adults pay {b} euros, children {d}. What do {a} adults and {c} children pay together?",
        "{a} {things} for {b} each, {c} books for {d} each. total?",
        "{name} earns {b} euros on each of {a} days and {d} on each of {c} days. How much in all?",
        "{a} tables have {b} seats and {c} tables have {d} seats. How many seats are there?",
        "How much <does {name} pay|is it|must {name} pay> for {a} <cups|plates> at {b} euros each "
        "and {c} <bowls|pots> at {d} euros each?",
        "A <hotel|hostel|camp> has {a} rooms with {b} beds each and {c} rooms with {d} beds each. "
        "How many beds <is that|has it|are there>?",
        "<Calculate|Find|Work out> the total <length|distance> in km: {a} <laps|trips> of {b} km "
        "<and|plus> {c} of {d} km.",
        "{name} <packs|fills> {a} {holders} with {b} {things} each, {other} <packs|fills> {c} "
        "with {d} each. How many {things} is that <in all|altogether>?",
        "In a <quiz|contest> an easy question <gives|brings|scores> {b} points and a hard one "
        "{d}. {name} <solves|gets right> {a} easy and {c} hard ones. How many points?",
        "{a} x {b} <euros|{things}> + {c} x {d} more, <total|sum|how many in all>?",
        "<For|Over> {a} weeks {name} saves {b} euros a week, then for {c} weeks {d} euros a week. "
        "<How much is saved|What is the total saved>?",
        "<Could you|Can you|Would you> tell me how many {things} {a} {people} with {b} each and "
        "{c} <others|more people> with {d} each have <together|in all>?",
        "If a van <carries|holds> {b} people and a bus {d}, how many people <can travel|fit> in "
        "{a} vans and {c} buses?",
        "i <work|worked> {a} hours at {b} euros an hour and {c} hours at {d} euros an hour, <what "
        "do I get|how much is that|what is my pay>?",
        "There are {c} <rows|lines> of {d} <roses|beans> and {a} <rows|lines> of {b} "
        "<tulips|peas> in the <garden|park>. How many plants <is that|grow there>?",
        "A <baker|cook> <bakes|makes> {b} rolls a day on {a} <workdays|weekdays> and {d} a day on "
        "{c} <feast days|holidays>. How many rolls <in all|is that>?",
        "A small <box|parcel> costs {b} euros to <send|post|ship>, a big one {d}. <What|How much> "
        "do {a} small and {c} big ones cost <together|in all>?",
        "<Add|Put together|Count> {a} <stacks|piles> of {b} coins and {c} <stacks|piles> of {d} "
        "coins: how many coins <are there|is that>?",
        "The <wall|floor> has {a} rows of {b} <white|grey> tiles and {c} rows of {d} <black|blue> "
        "tiles. <Find|Give|State> the number of tiles.",
        "{name} <drives|cycles|rides> {a} hours at {b} km per hour, then {c} hours at {d} km per "
        "hour. How many km <is that|are covered>?",
        "A <hall|theatre> has {a} rows of {b} seats <downstairs|in front> and {c} rows of {d} "
        "seats <upstairs|at the back>. How many seats <is that|are there>?",
        "<If|When> {a} <cows|goats> give {b} litres each and {c} <others|more> give {d} litres "
        "each, how many litres <is that|are there> <together|in total>?",
        "<I need|I'd like to know> the total weight in kg of {a} <sacks|boxes> of {b} kg "
        "<and|plus> {c} <sacks|boxes> of {d} kg.",
        "{a} times {b} {things} and {c} times {d}, <how many|what number> <in all|together>",
        "We <stayed|slept> {a} nights at {b} euros a night and {c} nights at {d} euros a night. "
        "<What did we pay|How much was it> in total?",
        "<Suppose|Imagine|Say> {a} {people} get {b} {things} each and {c} <neighbours|cousins> get "
        "{d} each. How many {things} are <given out|needed>?",
        "Each letter needs {b} stamps, each parcel {d}. How many stamps <are needed for|go on> {a} "
        "letters and {c} parcels?",
        "<Tickets|Entry>: {a} at {b} euros each, {c} at {d} euros each. <Total in euros|The sum>?",
    ),
    "e-(a*b+c)": (
        "{name} has {e} euros and buys {a} {things} at {b} euros and a hat for {c}. What is left?",
        "Of {e} {things}, {name} packs {a} {holders} of {b} and loses {c}. How many are left?",
        "A hall has {e} seats. {a} groups of {b} sit down, then {c} people. How many are free?",
        "{e} euros, minus {a} x {b} euros, minus {c} euros. what is left?",
        "{name} pays {e} euros for {a} {things} at {b} euros and a bag for {c}. What change?",
        "A book has {e} pages. {name} reads {b} a day for {a} days, then {c}. How many are left?",
        "How <much is|many euros are> left of {e} euros after <buying|paying for> {a} {things} at "
        "{b} euros each and a <bag|box> for {c} euros?",
        "A <truck|van|lorry> can <carry|load> {e} kg. {a} <crates|sacks> of {b} kg each and a "
        "<box|barrel> of {c} kg are on it. How many more kg can it take?",
        "{name} <must|has to|wants to> <run|cover> {e} km. After {b} km on each of {a} days and "
        "{c} km on one more day, how many km <remain|are left>?",
        "From {e} m of <rope|cable|ribbon>, {name} cuts {a} pieces of {b} m each and one< "
        "piece|> of {c} m. How many m <are left|remain>?",
        "<Find|Work out|Calculate> the <change|money back> <from|out of> {e} euros for {a} "
        "<tickets|{things}> at {b} euros each and one <snack|drink> at {c} euros.",
        "{e} {things}, minus {a} {holders} of {b}, minus {c} <more|loose ones>, <how many "
        "left|what remains|rest>?",
        "A <school|club|firm> has {e} chairs. {a} rooms <use|need|take> {b} each and the "
        "<office|library|hall> has {c}. How many are <spare|not in use|unused>?",
        "Of {e} {people}, {a} <groups|teams> of {b} <go|leave> by <bus|train> and {c} "
        "<more|others> on foot. How many <stay|stay behind|do not go>?",
        "If {a} {people} <take|get|receive> {b} {things} each and {name} <takes|gets> {c}, how "
        "many of the {e} {things} <are left|remain|stay>?",
        "i have {e} euros, <pay|spend> {b} euros a day for {a} days and {c} euros <for|on> a "
        "<gift|book|ticket>, <how much is left|what do I have left>?",
        "There are {e} litres in a <tank|barrel|pool>. {name} <takes out|draws|uses> {a} buckets "
        "of {b} litres each and a jug of {c}. How many litres <remain|are left>?",
        "<Could you|Can you> tell me how many of the {e} seats on a <plane|ferry|train> stay free "
        "if {a} <groups|families> of {b} and {c} <single|other> people <sit down|board>?",
        "{name} <wants|needs> {e} {things} <for a party|in all>. {a} {holders} of {b} and {c} "
        "<loose|single> ones are <here|ready>. How many are <missing|still needed>?",
        "A <course|lesson|meeting> <lasts|takes> {e} minutes. {a} <parts|talks> of {b} minutes "
        "each and a break of {c} minutes are <over|done>. How many minutes are left?",
        "Each of {a} <boxes|crates|cases> weighs {b} kg and a <sofa|desk|stove> {c} kg. A lift "
        "carries {e} kg. With all of these in it, how many kg are <still free|left>?",
        "{a} <stamps|cards> at {b} cents each and an <envelope|eraser> at {c} cents are paid "
        "<with|out of> {e} cents. How many cents <come back|is the change>?",
        "A <road|trail> is {e} km long. {name} <walks|does> {b} km a day for {a} days, then {c} km "
        "<more|further>. How many km are <left|still to go>?",
        "{e} {people} are in the <park|hall>. {a} groups of {b} leave, <then|and> {c} more "
        "<go|leave>. How many <stay|are still there>?",
        "<Suppose|Imagine|Say> a <wall|floor> needs {e} tiles. {a} rows of {b} and {c} <single "
        "ones|more> are in place. How many are <missing|still needed>?",
        "<Take|Subtract> both {a} times {b} and {c} from {e} {things}. <What is left|Rest>?",
        "{c} of {e} {things} are <lost|broken>, and of the others {a} {people} <take|get> {b} "
        "each. How many {things} <are left|remain>?",
        "<After|Once paid> {a} <instalments|parts> of {b} euros and <a further|an extra> one of "
        "{c} euros, how much of a debt of {e} euros is left?",
        "I put {e} euros on the <table|counter> for {a} <soups|pizzas> at {b} euros each and leave "
        "a tip of {c} euros. What do I <get|take> back?",
        "{e} {things}: {a} {holders} of {b} and {c} single ones are <sold|gone>. <What is "
        "left|Left>?",
    ),
    "(a+b-c)/d": (
        "{name} has {a} {things}, gets {b}, loses {c}. {d} {people} share the rest. How many each?",
        "Of {a} plus {b} {things}, {c} are bad. {d} people share the rest. How many each?",
        "{a} people come, then {b}, and {c} leave. The rest form {d} equal teams. How big is each?",
        "({a} + {b} - {c}) {things}, {d} equal shares. how many per share?",
        "{name} earns {a} and {b} euros and pays {c}. The rest lasts {d} days. How much per day?",
        "{a} red and {b} blue {things} minus {c} go evenly into {d} {holders}. How many in each?",
        "How many {things} <go to|are there for> each of {d} {people} if {name} has {a}, "
        "<buys|finds|gets> {b} more, <loses|breaks> {c} and shares the rest <evenly|equally>?",
        "A <farmer|gardener> picks {a} apples and {b} pears. {c} of the fruits are <rotten|bad>; "
        "the others fill {d} equal <baskets|boxes>. How many fruits are in each?",
        "<Find|Work out|Compute> one share: {a} euros <plus|and> {b} euros come in, {c} euros go "
        "out, {d} people <share|split> what is left equally.",
        "{name} and {other} <put in|give> {a} and {b} euros, <pay|spend> {c} <for|on> "
        "<food|fuel|a map> and share the rest equally among {d} {people}. How much is it "
        "<each|for each>?",
        "On a <bus|boat|train> are {a} people; {b} get on, {c} get off. Those now on it sit in "
        "{d} equal <groups|rows>. How many are in <each|one>?",
        "{a} {things}, +{b}, -{c}, then <split|shared> equally {d} ways, <each|how many each|one "
        "share>?",
        "Two groups of {a} and {b} {people} <meet|come together>; {c} go home <ill|early>. The "
        "rest make {d} teams of <equal|the same> size. How <big|large> is a team?",
        "<Could you|Can you|Would you please> <tell me|say> how many {things} go in each of {d} "
        "equal {holders} if first {a} and {b} are <put together|combined> and {c} thrown out?",
        "If, out of {a} red and {b} <blue|green> {things}, {c} <get lost|are lost|break> and {d} "
        "{people} share the rest <equally|evenly>, how many does each get?",
        "we <earned|made|got> {a} euros on saturday and {b} on sunday, paid {c} for <the "
        "stall|rent|flour>, and {d} of us share the rest equally, how much each?",
        "{name} has two books, of {a} and {b} pages. {c} pages are <read|done>. The rest takes "
        "{d} days, the same <number|amount> each day. How many pages <a|per> day?",
        "{a} m and {b} m of <rope|cable|cloth> are joined, {c} m cut off, and the rest "
        "<cut|divided> into {d} equal <parts|pieces>. How many m long is <each|one>?",
        "Into {d} <jars|bowls|tins> {name} puts the same number of beads: all of the {a} "
        "<red|round> and {b} <blue|square> ones except {c}. How many beads are in each?",
        "A <bakery|shop|cafe> makes {a} <cakes|rolls|pies> and buys {b} more. {c} are "
        "<sold|eaten>, the others go equally onto {d} <trays|plates>. How many are on each?",
        "There were {a} litres in a <tank|barrel>. {b} were <added|poured in>, {c} <leaked "
        "out|were used>, and the rest filled {d} equal <buckets|cans>. How many litres did each "
        "hold?",
        "{d} <sisters|brothers|friends> have a <jar|box> with {a} {things}. They <add|put in> "
        "{b}, take {c} out for {other} and share what is left equally. How many does each "
        "<get|receive>?",
        "<If|When> {a} girls and {b} boys <sign up|enrol> but {c} <of them |>stay <home|away>, how "
        "big are {d} equal <teams|groups> of the rest?",
        "<First|At first> there are {a} <ducks|geese>, {b} more <land|come>, {c} <fly off|leave>. "
        "The others <form|make> {d} equal <flocks|groups>. How many birds in each?",
        "Among {a} <white|large> and {b} <brown|small> eggs, {c} are <bad|broken>. The good ones "
        "fill {d} <trays|boxes> evenly. How many are in <each|one>?",
        "<Money|Cash>: {a} + {b} - {c} euros, split equally by {d} people. <One share|Each gets>?",
        "<Suppose|Imagine|Say> a <book|script> has {a} pages, {b} are added and {c} are "
        "<cut|dropped>. It is read in {d} days, the same each day. How many pages a day?",
        "The <club|team> has {a} euros, <wins|gets> {b} and <spends|pays> {c}. With all the rest "
        "it buys {d} <balls|shirts> of the same price. What does each cost?",
        "{a} {people} are on a <ship|train>, {b} <board|get on>, {c} <leave|get off>. Those <on "
        "it|aboard> fill {d} <cabins|rooms> evenly. How many in each?",
        "<Add|Sum> {a} and {b} {things}, drop {c}, <make|form> {d} equal groups. How many in each?",
    ),
    "a+2a+c": (
        "{name} has {a} {things}, {other} twice as many, {third} {c}. How many do all have?",
        "{third} has {c} {things}, {name} {a}, {other} twice as many as {name}. How many?",
        "A shop sells {a} {things} on Monday, twice as many on Tuesday, {c} on Friday. Total?",
        "{name}: {a}. {other}: double that. {third}: {c}. sum?",
        "{name} walks {a} km, {other} twice as far, {third} {c} km. How many km in total?",
        "One box holds {a} {things}, the next twice that, the last {c}. How many in all three?",
        "How many {things} <do the three have|are there> <in all|altogether> if {name} has {a}, "
        "{other} twice as many< as {name}|> and {third} {c}?",
        "A <baker|cook> <makes|bakes> {a} <rolls|pies> on <Thursday|Friday>, double that on "
        "Saturday, and {c} on Sunday. How many <is that|are made in all>?",
        "{name} <is paid|earns|gets> {a} euros in May, twice that <amount|sum> in June and {c} "
        "euros in July. <What is the total|How much is it in all>?",
        "<Add up|Find the sum of|Work out the sum of> {name}'s {a} {things}, {other}'s, which are "
        "twice as many, and {third}'s {c}.",
        "{third} <scores|gets|wins> {c} points. {name} gets {a}, and {other} <doubles {name}'s "
        "score|gets twice as many as {name}>. What do the three have <together|in all>?",
        "{a} + twice {a} + {c} {things}, <total|how many|sum|how many in all>?",
        "<Room|House|Hall|Bus> A has {a} {people}, B has twice as many <as A|as there are in A>, "
        "and C has {c}. How many {people} <are there|is that> in all?",
        "<Could you|Can you|Would you> <tell me|work out> the total weight in kg of a <crate|box> "
        "of {a} kg, a <chest|barrel> twice as heavy and a <sack|bag> of {c} kg?",
        "If the red box <holds|has> {a} {things}, the blue one twice as many< as the red one|> "
        "and the green one {c}, how many are there in <all|the three boxes>?",
        "i <ran|walked|cycled> {a} km on monday, twice as far on tuesday and {c} km on "
        "<wednesday|friday>, how many km <in all|is that|altogether>?",
        "<In|During> the first week {name} <sold|made|found> {a} {things}, in the second "
        "<twice|double> that number, in the third {c}. Give the total for all three weeks.",
        "{other} has <twice|double> the number of {things} that {name} has. {name} has {a}, and "
        "{third} has {c}. How many do the three have <together|in all>?",
        "A <film|lesson> <lasts|takes> {a} minutes, a <play|match> twice as long, and a "
        "<walk|meal> {c} minutes. How many minutes do all three take< together|>?",
        "One <shelf|row|bench> <has|holds> {a} {things}, <another|a second> twice as many, a "
        "third {c}. <How many is that|How many are on the three>?",
        "{name} pays {a} euros for <a bag|shoes|lunch>, <twice|double> that for a <coat|chair> "
        "and {c} euros for a <lamp|clock>. How much is <spent|paid> <in all|altogether>?",
        "Farmer {name} <keeps|has|owns> {a} hens, twice as many <ducks|geese> as hens, and {c} "
        "<goats|sheep>. How many animals <is that|are there>?",
        "On <day one|the first day> {name} <reads|writes> {a} pages, on the <second|next> day "
        "twice as many, on the third {c}. How many pages <is that|in all>?",
        "The <train|tram> picks up {a} people at stop one, <twice as many|double that> at the "
        "second, {c} at the third. How many <get on|board> in all?",
        "{third} has {c} {things}. {name} has {a}, which is half of what {other} <has|owns>. How "
        "many <is that|are there> in all?",
        "{a} {things}, <then|plus> double that, <then|plus> {c}: <how many in all|what total>?",
        "<First|At first> {name} <walks|goes> {a} steps, then twice that number, <then|finally> "
        "{c}. How many steps <altogether|is that>?",
        "My <aunt|uncle> <gave|sent> me {a} euros, my <cousin|boss> twice as much, and my "
        "<brother|sister> {c} euros. What did I <get|receive> in all?",
        "{c} {things} belong to {third}, {a} to {name}, and {other} <has|owns> double {name}'s "
        "<number|amount>. <Give|State|Name> the total.",
        "<Apples|Figs>: {a} kg. <Pears|Nuts>: twice as much. <Plums|Grapes>: {c} kg. <Total|Sum>?",
    ),
}
